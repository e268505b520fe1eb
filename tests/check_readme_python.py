#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the Python of README.md against `dnncut run`.

check_readme_python.py DNNCUT README.md RUN_ONNX

Where Python has no package onnxruntime, the tests' program RUN_ONNX stands in
for it, with the ONNX Runtime that dnncut finds.

Exit codes: 0 the same results, 1 not, 77 skipped: this Python has no numpy, or
dnncut finds no ONNX Runtime.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import types

SKIPPED = 77

try:
    import numpy as np
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(SKIPPED)


class StandInSession:
    """As much of onnxruntime.InferenceSession as README's code uses."""

    program = ""

    def __init__(self, path, providers):
        assert providers == ["CPUExecutionProvider"], providers
        self.path = path
        lines = subprocess.run([self.program, path], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.splitlines()
        self.names = [line.split(" ", 1) for line in lines]

    def get_inputs(self):
        return self.of_kind("input")

    def get_outputs(self):
        return self.of_kind("output")

    def of_kind(self, wanted):
        return [types.SimpleNamespace(name=name)
                for kind, name in self.names if kind == wanted]

    def run(self, names, inputs):
        assert set(inputs) == {i.name for i in self.get_inputs()}, list(inputs)
        with tempfile.TemporaryDirectory() as folder:
            values = []
            for number, (name, value) in enumerate(inputs.items()):
                file = f"{folder}/{number}.npy"
                np.save(file, value)
                values.append(f"{name}={file}")
            subprocess.run([self.program, self.path, f"{folder}/out", *values],
                           check=True)
            outputs = saved(f"{folder}/out")
        return [outputs[name] for name in names]


def use_onnxruntime(run_onnx):
    """Makes README's `import onnxruntime` work."""
    try:
        import onnxruntime  # noqa: F401
    except ImportError:
        StandInSession.program = os.path.abspath(run_onnx)
        sys.modules["onnxruntime"] = types.SimpleNamespace(
            InferenceSession=StandInSession)
        print("without Python's onnxruntime: with the one that dnncut finds")


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
    dnncut, readme, run_onnx = sys.argv[1:]
    version = subprocess.run([dnncut, "--version"], check=True,
                             capture_output=True, text=True).stdout
    if "ONNX Runtime: not found" in version:
        print("skipped: dnncut finds no ONNX Runtime")
        sys.exit(SKIPPED)
    use_onnxruntime(run_onnx)
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
