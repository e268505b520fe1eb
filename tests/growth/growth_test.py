#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds how the work of dnncut grows with its input.

growth_test.py GROWTH_CASES [NAME...] runs the cases of that program (all, or
those with such a name) under callgrind, each at two sizes, and prints them as
the table of docs/benchmarks.md. The exponent e says that an input of twice the
bytes takes 2^e times as many instructions. It fails where that is more than it
may be.
"""

import glob
import math
import re
import subprocess
import sys
import tempfile

MOST = 1.3


def measured(command):
    """By case: [(bytes, instructions), ...], smaller one first."""
    cases = {}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["valgrind", "--tool=callgrind", "--instr-atstart=no",
             "--compress-strings=no", "--compress-pos=no", "-q",
             f"--callgrind-out-file={folder}/out", *command],
            check=True)
        for path in glob.glob(f"{folder}/out.*"):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            label = re.search(r"^desc: Trigger: Client Request: (\d+) (.*)$",
                              text, re.M)
            total = re.search(r"^(?:totals|summary): (\d+)", text, re.M)
            if label and total:
                cases.setdefault(label[2], []).append(
                    (int(label[1]), int(total[1])))
    return {name: sorted(runs) for name, runs in cases.items()}


def main():
    cases = measured(sys.argv[1:])
    if not cases:
        sys.exit("callgrind has counted nothing")
    print("| case | bytes | instructions | bytes | instructions | exponent |")
    print("|---|---:|---:|---:|---:|---:|")
    failed = []
    for name, (small, large) in sorted(cases.items()):
        exponent = math.log(large[1] / small[1]) / math.log(large[0] / small[0])
        print(f"| {name} | {small[0]:,} | {small[1]:,} | {large[0]:,} "
              f"| {large[1]:,} | {exponent:.2f} |")
        if exponent > MOST:
            failed.append(name)
    if failed:
        sys.exit(f"grow faster than the power {MOST} of the input: "
                 + "; ".join(failed))


if __name__ == "__main__":
    main()
