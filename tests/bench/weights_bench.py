#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""dnncut compile of a model with large weights against cp, sync and openssl.

    weights_bench.py DNNCUT GIB [--external] [--work FOLDER] [--runs N]

The example model gpt2 gets as many blocks as it takes. What compile writes is
then copied, synced and digested. Both take turns; the medians count. Fails when
compile takes more than 1.5 times as long or 150 MiB of memory.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

GIB = 1 << 30
MIB = 1 << 20
MAX_RATIO = 1.5
MAX_MEMORY = 150 * MIB
TABLE_BYTES = 157_544_448  # of gpt2's embeddings
BLOCK_BYTES = 28_351_488  # of one of its blocks


def run(command):
    """Seconds and peak bytes of memory, children included."""
    with tempfile.TemporaryFile() as messages:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                                   stderr=messages)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            messages.seek(0)
            raise SystemExit(f"failed: {' '.join(command)}\n"
                             f"{messages.read().decode(errors='replace')}")
    return seconds, usage.ru_maxrss * 1024


def files_of(folder):
    return sorted(os.path.join(path, name)
                  for path, _, names in os.walk(folder) for name in names)


def copy_sync_digest(source, target):
    seconds, _ = run(["cp", "-r", source, target])
    seconds += run(["sync"])[0]
    seconds += run(["openssl", "dgst", "-sha256", *files_of(target)])[0]
    return seconds


def measure(arguments, work):
    depth = max(1, round((arguments.gib * GIB - TABLE_BYTES) / BLOCK_BYTES))
    model = os.path.join(work, "model.onnx")
    example = [arguments.dnncut, "example", "gpt2", "--depth", str(depth),
               "-o", model]
    seconds, memory = run(example + ["--external-data"] * arguments.external)
    weights = sum(os.path.getsize(path) for path in files_of(work))
    print(f"gpt2 of {depth} blocks, {weights / GIB:.2f} GiB"
          f"{' of external data' * arguments.external}: written in "
          f"{seconds:.1f} s with {memory / MIB:.0f} MiB of memory", flush=True)
    out = os.path.join(work, "out")
    copy = os.path.join(work, "copy")
    ours, theirs, peaks = [], [], []
    for _ in range(arguments.runs):
        shutil.rmtree(out, ignore_errors=True)
        run(["sync"])
        seconds, memory = run([arguments.dnncut, "compile", model, "-o", out])
        ours.append(seconds)
        peaks.append(memory)
        run(["sync"])
        theirs.append(copy_sync_digest(out, copy))
        shutil.rmtree(copy)
        print(f"  compile {ours[-1]:6.2f} s, {peaks[-1] / MIB:4.0f} MiB;  cp, "
              f"sync and openssl {theirs[-1]:6.2f} s;  ratio "
              f"{ours[-1] / theirs[-1]:.2f}", flush=True)
    written = sum(os.path.getsize(path) for path in files_of(out))
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"  {written / GIB:.2f} GiB written; ratio of the medians "
          f"{ratio:.2f} (at most {MAX_RATIO}), peak memory "
          f"{max(peaks) / MIB:.0f} MiB (at most {MAX_MEMORY // MIB})")
    return ratio <= MAX_RATIO and max(peaks) <= MAX_MEMORY


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dnncut")
    parser.add_argument("gib", type=float)
    parser.add_argument("--external", action="store_true")
    parser.add_argument("--work", default=tempfile.gettempdir())
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    # The model, the halves' weights (once per side) and their copy.
    needed = int((1 + 2 + 2) * arguments.gib * GIB * 1.05)
    free = shutil.disk_usage(arguments.work).free
    if free < needed:
        print(f"skipped: {arguments.work} has {free / GIB:.0f} GiB free, "
              f"{needed / GIB:.0f} are needed")
        return 0
    with tempfile.TemporaryDirectory(prefix="dnncut_bench_",
                                     dir=arguments.work) as work:
        return 0 if measure(arguments, work) else 1


if __name__ == "__main__":
    sys.exit(main())
