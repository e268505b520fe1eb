#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small model with much to write: bounded files, and an end when asked.

    many_outputs_test.py DNNCUT

Compiles a chain whose every tensor is an output, which has nearly as many cuts
as layers, and a model whose tensors share one piece of external data: how much
is written; with few open files allowed; and with a signal or a time limit at
moments spread over the whole compile.
"""

import os
import resource
import signal
import subprocess
import sys
import time

from faults import (BAD_INPUT, WITHOUT_LEAKS, WorkFolder, error_id, expect,
                    finish, longest_of, must_run, run, snapshot,
                    temporary_folders, write)
from onnx_file import chain_of_outputs, shared_data

LAYERS = 80
FILES = 48  # with external data, each with its own
OPEN_FILES = 32
MOMENTS = 4
# Under sanitizers and on a busy machine everything is slower.
MOST_SECONDS = 0.5
MOST_PART = 0.25  # of a whole compile


def limit_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))


def check_open_files(dnncut, folder):
    chain = os.path.join(folder, "chain.onnx")
    data = os.path.join(folder, "data.onnx")
    write(chain, chain_of_outputs(30))
    elements = 512
    for i in range(FILES):
        write(os.path.join(folder, f"w{i}"), bytes(4 * elements))
    write(data, shared_data(FILES, elements, lambda i: f"w{i}"))
    for model in (chain, data):
        flags = ["compile", model, "--rtt", "0", "-q", "-o"]
        must_run(dnncut, *flags, os.path.join(folder, "all"))
        must_run(dnncut, *flags, os.path.join(folder, "few"),
                 preexec_fn=limit_files)
        whole = snapshot(os.path.join(folder, "all"))
        expect(snapshot(os.path.join(folder, "few")) == whole, model)
        halves = sum(name.endswith(".onnx") for name in whole)
        expect(model == data or halves > OPEN_FILES, f"only {halves} halves")
        for out in ("all", "few"):
            subprocess.run(["rm", "-r", os.path.join(folder, out)], check=True)


def bytes_of(folder, ending=""):
    return sum(os.path.getsize(os.path.join(root, name))
               for root, _, files in os.walk(folder) for name in files
               if name.endswith(ending))


def check_sizes(dnncut, folder):
    """Halves of a few cuts, and each byte of weights once a side."""
    model = os.path.join(folder, "net.onnx")
    out = os.path.join(folder, "out")
    write(model, chain_of_outputs(LAYERS))
    must_run(dnncut, "compile", model, "--rtt", "0", "-q", "-o", out)
    halves = bytes_of(out, ".onnx")
    # Each of two halves has a part of the graph, and types of what crosses.
    expect(0 < halves <= 2 * 64 * os.path.getsize(model), f"{halves} bytes")
    elements = 4096
    write(os.path.join(folder, "w"), bytes(4 * elements))
    write(model, shared_data(300, elements))
    must_run(dnncut, "compile", model, "-q", "--force", "-o", out)
    weights = bytes_of(out, "weights.bin")
    expect(0 < weights <= 2 * 4 * elements, f"{weights} bytes of weights")
    print(f"{halves} bytes of halves, {weights} bytes of shared weights")


class Compile:
    """Of a model whose compile takes a while, most of it to write."""

    def __init__(self, dnncut, folder):
        self.folder = folder
        self.out = os.path.join(folder, "out")
        model = os.path.join(folder, "net.onnx")
        write(model, chain_of_outputs(LAYERS))
        self.command = [dnncut, "compile", model, "--rtt", "0", "-q", "--force",
                        "-o", self.out, "--limit", f"cuts={LAYERS}"]
        self.seconds = longest_of(1, lambda: must_run(*self.command))
        self.most = max(MOST_SECONDS, MOST_PART * self.seconds)
        self.whole = snapshot(self.out)

    def moments(self):
        return [self.seconds * (i + 0.5) / MOMENTS for i in range(MOMENTS)]

    def expect_old(self, what):
        expect(not temporary_folders(self.folder), f"{what}: leftovers")
        expect(snapshot(self.out) == self.whole, f"{what}: not whole")

    def check_signals(self):
        longest = 0
        for moment in self.moments():
            with subprocess.Popen(self.command, env=WITHOUT_LEAKS) as process:
                time.sleep(moment)
                process.send_signal(signal.SIGTERM)
                start = time.monotonic()
                code = process.wait()
                longest = max(longest, time.monotonic() - start)
            expect(code in (0, -signal.SIGTERM), f"SIGTERM: {code}")
            self.expect_old(f"SIGTERM after {moment:.3f} s")
        expect(longest < self.most, f"SIGTERM is heard after {longest:.2f} s")
        print(f"{MOMENTS} times SIGTERM in {self.seconds:.2f} s: heard after "
              f"{longest:.3f} s at most")

    def check_time_limit(self):
        longest = 0
        for moment in self.moments():
            start = time.monotonic()
            done = run(*self.command, "--limit", f"time={int(moment * 1e6)}us")
            longest = max(longest, time.monotonic() - start - moment)
            expect(done.returncode in (0, BAD_INPUT), done.stderr)
            if done.returncode != 0:
                expect(error_id(done.stderr) == "E142", done.stderr)
            self.expect_old(f"a limit of {moment:.3f} s")
        expect(longest < self.most, f"the limit is passed by {longest:.2f} s")
        print(f"{MOMENTS} limits of time: passed by {longest:.3f} s at most")


def main():
    dnncut = os.path.abspath(sys.argv[1])
    with WorkFolder(in_memory=True) as folder:
        check_open_files(dnncut, folder)
    with WorkFolder(in_memory=True) as folder:
        check_sizes(dnncut, folder)
    with WorkFolder(in_memory=True) as folder:
        compiles = Compile(dnncut, folder)
        compiles.check_signals()
        compiles.check_time_limit()
    finish()


if __name__ == "__main__":
    main()
