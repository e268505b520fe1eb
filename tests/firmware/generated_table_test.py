#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The files of OUT/firmware, compiled and asked, against table.json.

  generated_table_test.py DNNCUT

Compiles example models, builds a C program from the generated header, and
compares its answers, from the constants and from dnncut_table.bin, with the
rows of table.json (at every threshold and beside it, and at 100,000 random
bandwidths), with the best of its cuts, and with a walk over the rows that keeps
a cut as long as its thresholds say. Python and a C compiler are all that it
needs; without gcc it exits with 77.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
NO_CUT = 0xFFFF
CASES = [
    ("alexnet", [], "dnncut"),
    ("mobilenetv2", ["--server-slowdown", "0.5..8", "--rtt", "20ms"], "net"),
    ("squeezenet", ["--result", "server", "--downlink", "free"], "dnncut"),
    ("resnet50", ["--server-slowdown", "1..20", "--downlink", "5Mbps"], "R50_"),
]


def run(*command, **kwargs):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          text=True, **kwargs).stdout


def compile_model(dnncut, example, flags, prefix, folder):
    model = os.path.join(folder, "model.onnx")
    out = os.path.join(folder, "out")
    run(dnncut, "example", example, "--light", "-o", model)
    run(dnncut, "compile", model, "-o", out, "--firmware-prefix", prefix,
        *flags)
    return out


def build(out, prefix, folder):
    """The program, with `prefix` for dnncut in all names."""
    with open(os.path.join(HERE, "generated_table.c"), encoding="ascii") as f:
        source = f.read()
    source = source.replace("DNNCUT_", prefix.upper() + "_")
    source = source.replace("dnncut_", prefix + "_")
    source = source.replace(prefix + "_table.h", "dnncut_table.h")
    path = os.path.join(folder, "ask.c")
    with open(path, "w", encoding="ascii") as f:
        f.write(source)
    program = os.path.join(folder, "ask")
    run("gcc", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion",
        "-Werror", "-O2", "-I", os.path.join(out, "firmware"), path, "-o",
        program)
    return program


def thresholds(table):
    numbers = {1, 2**32 - 1}
    for row in table["rows"]:
        for key in ("min_kbps", "max_kbps", "down_kbps", "up_kbps"):
            numbers |= {row[key] - 1, row[key], row[key] + 1}
    return sorted(numbers)


def questions(table):
    number = random.Random(1)

    def any_number():
        return number.getrandbits(32) >> number.randrange(32)

    kbps = [0] + thresholds(table) + [any_number() for _ in range(100_000)]
    dwell_ms = table["firmware"]["min_dwell_ms"]
    now_ms = 0
    asked = []
    for w in kbps:
        # Too soon for a change as often as not; far from where the clock wraps.
        now_ms += number.randrange(2 * dwell_ms // 3)
        asked.append((w, any_number() >> 4, any_number() >> 8, now_ms))
    return asked


def clamp(number, low, high):
    return min(max(number, low), high)


def fallback(table):
    for cut in table["cuts"]:
        if cut["server_layers"] == 0 and not cut["tensors"]:
            return cut["id"]
    return NO_CUT


def row_of(table, kbps):
    return next(row for row in table["rows"]
                if row["min_kbps"] <= kbps <= row["max_kbps"])


def row_cut(table, kbps):
    if kbps == 0:
        return fallback(table)
    kbps = clamp(kbps, table["link"]["min_kbps"], table["link"]["max_kbps"])
    return row_of(table, kbps)["cut"]


class Stepper:
    """What dnncut_step should do, with the thresholds of table.json."""

    def __init__(self, table):
        self.table = table
        self.row = None  # in the fallback, or nowhere
        self.changed_ms = None  # nowhere yet

    def step(self, kbps, now_ms):
        link = self.table["link"]
        if kbps == 0:
            if self.row is not None or self.changed_ms is None:
                self.row, self.changed_ms = None, now_ms
            return fallback(self.table)
        kbps = clamp(kbps, link["min_kbps"], link["max_kbps"])
        if self.may_move(kbps, now_ms):
            self.row, self.changed_ms = row_of(self.table, kbps), now_ms
        return self.row["cut"] if self.row else fallback(self.table)

    def may_move(self, kbps, now_ms):
        if self.changed_ms is None:
            return True
        dwelt = now_ms - self.changed_ms >= (
            self.table["firmware"]["min_dwell_ms"])
        if self.row is None:
            return dwelt or fallback(self.table) == NO_CUT
        return dwelt and not (
            self.row["down_kbps"] <= kbps <= self.row["up_kbps"])


def best_cut(table, kbps, rtt_us, permille, slowdowns):
    if kbps == 0:
        return fallback(table)
    kbps = clamp(kbps, table["link"]["min_kbps"], table["link"]["max_kbps"])
    permille = clamp(permille, *slowdowns)

    def cost(cut):
        ns = cut["device_ns"] + cut["cross_ns"] + cut["download_ns"]
        bytes_ = cut["upload_bytes"]
        if table["link"]["downlink"] == "same":
            bytes_ += cut["download_bytes"]
        pays = cut["server_layers"] > 0 or cut["tensors"]
        return (kbps * (1000 * ns + permille * cut["server_ns"] +
                        (10**6 * rtt_us if pays else 0)) + 8 * 10**9 * bytes_,
                cut["device_layers"], cut["id"])

    return min(map(cost, table["cuts"]))[2]


def slowdowns_of(flags):
    if "--server-slowdown" not in flags:
        return 1000, 1000
    low, high = flags[flags.index("--server-slowdown") + 1].split("..")
    return int(float(low) * 1000), int(float(high) * 1000)


def check(dnncut, example, flags, prefix, folder):
    out = compile_model(dnncut, example, flags, prefix, folder)
    with open(os.path.join(out, "table.json"), encoding="utf-8") as f:
        table = json.load(f)
    asked = questions(table)
    answers = run(build(out, prefix, folder),
                  os.path.join(out, "firmware", "dnncut_table.bin"),
                  input="".join("%d %d %d %d\n" % q for q in asked)).split("\n")
    assert len(answers) == len(asked) + 1, "the program stopped"
    stepper = Stepper(table)
    kept = 0
    for question, answer in zip(asked, answers):
        kbps, rtt_us, permille, now_ms = question
        row = row_cut(table, kbps)
        best = best_cut(table, kbps, rtt_us, permille, slowdowns_of(flags))
        step = stepper.step(kbps, now_ms)
        kept += step != row
        expected = "%d %d %d %d %d %d" % (row, row, best, best, step, step)
        assert answer == expected, (example, question, answer, expected)
    assert kept > 0 or len(table["rows"]) == 1, "no cut was ever kept"
    print("%s: %d rows, %d cuts, %d questions, %d times a cut was kept" %
          (example, len(table["rows"]), len(table["cuts"]), len(asked), kept))
    return out


def check_two_prefixes(outs, folder):
    """Two models in one source file."""
    path = os.path.join(folder, "two.c")
    with open(path, "w", encoding="ascii") as f:
        for out in outs:
            for name in ("dnncut_table.h", "dnncut_bandwidth.h"):
                f.write('#include "%s"\n' % os.path.join(out, "firmware", name))
        f.write("int main(void) { return dnncut_model.row_count == 0u ||\n"
                "                        net_model.row_count == 0u; }\n")
    program = os.path.join(folder, "two")
    run("gcc", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", path,
        "-o", program)
    run(program)


def compiles(compiler):
    """Does it work, with what the reader includes?"""
    try:
        return subprocess.run(
            [compiler, "-x", "c", "-", "-fsyntax-only"],
            input="#include <stddef.h>\n#include <stdint.h>\n", text=True,
            check=False).returncode == 0
    except FileNotFoundError:
        return False


def main():
    if not compiles("gcc"):
        print("skipped: no working gcc")
        return 77
    dnncut = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        outs = []
        for i, (example, flags, prefix) in enumerate(CASES):
            case = os.path.join(folder, str(i))
            os.mkdir(case)
            outs.append(check(dnncut, example, flags, prefix, case))
        check_two_prefixes(outs[:2], folder)
        run(os.path.join(HERE, "compilers.sh"),
            os.path.join(outs[0], "firmware"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
