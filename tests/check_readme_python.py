#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the Python of README.md against `dnncut run`.

check_readme_python.py DNNCUT README.md

Exit codes: 0 the same results, 1 not, 77 skipped: this Python has no numpy or
onnxruntime, or dnncut finds no ONNX Runtime.
"""

import json
import re
import subprocess
import sys
import tempfile

SKIPPED = 77

try:
    import numpy as np
    import onnxruntime  # noqa: F401  (the README's code imports it)
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(SKIPPED)


def readme_code(path):
    with open(path, encoding="utf-8") as file:
        blocks = re.findall(r"^```python\n(.*?)^```", file.read(), re.M | re.S)
    blocks = [block for block in blocks if "onnxruntime" in block]
    if len(blocks) != 1:
        sys.exit(f"{path}: {len(blocks)} blocks of Python with onnxruntime")
    return blocks[0]


def saved(folder):
    with open(f"{folder}/index.json", encoding="utf-8") as file:
        index = json.load(file)
    values = {}
    for value in index["values"]:
        data = np.fromfile(f"{folder}/{value['file']}", value["dtype"])
        values[value["name"]] = data.reshape(value["shape"])
    return values


def example(dnncut, name, folder):
    model = f"{folder}/{name}.onnx"
    out = f"{folder}/{name}"
    subprocess.run([dnncut, "example", name, "-o", model], check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run([dnncut, "compile", model, "-o", out, "-q"], check=True)
    return out


def check(dnncut, run, out, folder):
    with open(f"{out}/table.json", encoding="utf-8") as file:
        table = json.load(file)
    random = np.random.default_rng(1)
    inputs = {}
    flags = []
    for i, tensor in enumerate(table["model"]["inputs"]):
        value = random.standard_normal(tensor["shape"]).astype(tensor["dtype"])
        inputs[tensor["name"]] = value
        np.save(f"{folder}/{i}.npy", value)
        flags += ["--input", f"{tensor['name']}={folder}/{i}.npy"]
    for row in table["rows"]:
        kbps = (row["min_kbps"] + row["max_kbps"]) // 2
        subprocess.run(
            [dnncut, "run", out, "--bandwidth", f"{kbps}kbps",
             "--save-outputs", f"{folder}/outputs"] + flags,
            check=True, stdout=subprocess.DEVNULL)
        expected = saved(f"{folder}/outputs")
        got = run(out, kbps, inputs)
        assert list(got) == list(expected), (list(got), list(expected))
        for name, value in expected.items():
            # The two ONNX Runtimes may be of different releases.
            np.testing.assert_allclose(got[name], value, rtol=1e-3, atol=1e-4)
        print(f"{out}: cut {row['cut']} at {kbps} kbit/s: the same")
    return len(table["rows"])


def main():
    dnncut, readme = sys.argv[1:]
    version = subprocess.run([dnncut, "--version"], check=True,
                             capture_output=True, text=True).stdout
    if "ONNX Runtime: not found" in version:
        print("skipped: dnncut finds no ONNX Runtime")
        sys.exit(SKIPPED)
    code = {}
    exec(compile(readme_code(readme), readme, "exec"), code)  # noqa: S102
    rows = 0
    with tempfile.TemporaryDirectory() as folder:
        rows += check(dnncut, code["run"],
                      example(dnncut, "squeezenet", folder), folder)
    # Device only, split, server only.
    assert rows >= 3, rows


if __name__ == "__main__":
    main()
