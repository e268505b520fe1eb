#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles every example model and checks its table with check_table.py.

    check_examples.py DNNCUT

Models in the folder that $DNNCUT_MODELS names are compiled and checked too.
"""

import argparse
import glob
import json
import os
import subprocess
import sys
import tempfile

import check_table

# Every one changes the problem. A model gets two of them in turn, so that all
# occur in a run.
VARIANTS = [
    [],
    ["--rtt", "0"],
    ["--result", "server"],
    ["--downlink", "free"],
    ["--downlink", "20Mbps", "--device", "cortex-m7"],
    ["--device", "jetson-nano", "--server", "h100"],
    ["--min-bandwidth", "1Mbps", "--max-bandwidth", "50Mbps"],
    ["--max-cuts", "1"],
    ["--buckets", "100,1000,100000"],
    ["--no-compress"],
    ["--server-slowdown", "1..8", "--rtt", "1ms"],
    ["--switching-cost", "3ms", "--server-slowdown", "0.5..20", "--device",
     "cortex-m7", "--device-memory", "none"],
    ["--hysteresis", "2.5%", "--min-dwell", "0"],
    ["--device-memory", "20MB", "--min-bandwidth", "8Mbps"],
    ["--uncertainty", "20%"],
    ["--keep-private", "1", "--server-memory", "1GB"],
]


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise check_table.Wrong(f"{' '.join(command)}: exit code "
                                f"{done.returncode}: {done.stderr}")
    return done.stdout


def check_model(dnncut, model, flags, out):
    run(dnncut, "compile", model, "-o", out, "--force", *flags)
    table = check_table.load(out, "table.json")
    solved = check_table.check_folder(out)
    print(f"{os.path.basename(model)} {' '.join(flags)}: "
          f"{len(table['rows'])} rows, {solved} minimum cuts agree", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dnncut")
    dnncut = parser.parse_args().dnncut
    failed = False
    with tempfile.TemporaryDirectory(prefix="dnncut_check_") as folder:
        models = []
        for example in json.loads(run(dnncut, "example", "--json"))["examples"]:
            models.append(os.path.join(folder, example["name"] + ".onnx"))
            run(dnncut, "example", example["name"], "--light", "-o", models[-1])
        if os.environ.get("DNNCUT_MODELS"):
            models += sorted(glob.glob(os.path.join(os.environ["DNNCUT_MODELS"],
                                                    "*.onnx")))
        for number, model in enumerate(models):
            for variant in (2 * number, 2 * number + 1):
                try:
                    check_model(dnncut, model,
                                VARIANTS[variant % len(VARIANTS)],
                                os.path.join(folder, "out"))
                except check_table.Wrong as wrong:
                    failed = True
                    print(f"{model}: wrong: {wrong}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
