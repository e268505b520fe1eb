#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Too little memory, from so little that nothing works to enough: a result, or
one line of error and the old result; never a signal. Sanitizers reserve more
than any limit: the test skips itself then.

    memory_test.py DNNCUT
"""

import os
import resource
import sys

from faults import (BAD_INPUT, IO, WorkFolder, error_id, expect, finish,
                    must_run, run, skip, snapshot, temporary_folders, write)

MIB = 1 << 20
# Many values in one file, as many bytes in one text, and what becomes a model.
HOSTILE = {
    "values": b"[" + b"[]," * 500_000 + b"0]",
    "text": b'"' + b"x" * (8 * MIB) + b'"',
    "metadata": b"\x08\x08" + b"\x72\x00" * 1_000_000,
}


def run_within(mib, *command, kind=resource.RLIMIT_AS, **options):
    def limit():
        resource.setrlimit(kind, (mib * MIB, mib * MIB))
    return run(*command, preexec_fn=limit, **options)


def limits():
    """In MiB; every one where the program itself needs it."""
    return [*range(16, 48), *range(48, 128, 8), *range(128, 640, 64)]


def starts(dnncut, mib):
    """Does the loader get as far as the program?"""
    return run_within(mib, dnncut, "--version").returncode == 0


def check(what, done, expected):
    expect(done.returncode in expected, f"{what}: {done.returncode} "
           f"{done.stderr}")
    if done.returncode == 0:
        return "0"
    return error_id(done.stderr)


def count(counts, end):
    counts[end] = counts.get(end, 0) + 1


def check_hostile(dnncut, folder, limits):
    for name, content in HOSTILE.items():
        path = os.path.join(folder, name)
        write(path, content)
        command = "inspect" if name == "metadata" else "lookup"
        more = [] if name == "metadata" else ["--bandwidth", "1Mbps"]
        counts = {}
        for mib in limits:
            done = run_within(mib, dnncut, command, path, *more)
            count(counts, check(f"{name}, {mib} MiB", done, (BAD_INPUT, IO)))
        expect(counts.get("E143", 0) > 0, f"{name}: memory was always enough")
        print(f"{name}: {counts}")


def check_compile(dnncut, folder, limits):
    model = os.path.join(folder, "net.onnx")
    must_run(dnncut, "example", "squeezenet", "-o", model)
    out = os.path.join(folder, "out")
    must_run(dnncut, "compile", model, "-o", out, "--rtt", "1ms")
    old = snapshot(out)
    counts = {}
    for mib in limits:
        done = run_within(mib, dnncut, "compile", model, "-o", out, "--force",
                          "--onnxruntime", "none", "-q")
        what = f"compile, {mib} MiB"
        count(counts, check(what, done, (0, IO, BAD_INPUT)))
        expect(not temporary_folders(folder), f"{what}: something is left")
        if done.returncode == 0:
            must_run(dnncut, "check", out, "-q")
            must_run(dnncut, "compile", model, "-o", out, "--rtt", "1ms",
                     "--force", "-q")
        expect(snapshot(out) == old, f"{what}: the old result has changed")
    expect(counts.get("0", 0) > 0, "memory was never enough")
    print(f"compile: {counts}")


def check_verify(dnncut, folder):
    """ONNX Runtime gets too little: that is no verdict on the halves."""
    model = os.path.join(folder, "net.onnx")
    out = os.path.join(folder, "out")
    must_run(dnncut, "compile", model, "-o", out, "--only-cut", "0", "--force")
    if run(dnncut, "verify", out).returncode != 0:
        return  # there is no ONNX Runtime
    counts = {}
    for mib in range(12, 44, 8):
        done = run_within(mib, dnncut, "verify", out, kind=resource.RLIMIT_DATA)
        count(counts, check(f"verify, {mib} MiB of data", done, (0, IO)))
    expect(set(counts) <= {"0", "E143"}, f"verify: {counts}")
    print(f"verify: {counts}")


def main():
    dnncut = os.path.abspath(sys.argv[1])
    if not starts(dnncut, 1024):
        skip("1 GiB is not enough to start")
    enough = [mib for mib in limits() if starts(dnncut, mib)]
    with WorkFolder() as folder:
        check_hostile(dnncut, folder, enough)
        check_compile(dnncut, folder, enough)
        check_verify(dnncut, folder)
    finish()


if __name__ == "__main__":
    main()
