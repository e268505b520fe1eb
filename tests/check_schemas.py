#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Validates what dnncut writes against docs/schema.

    check_schemas.py DNNCUT FOLDER

DNNCUT is the program, FOLDER is docs/schema. Runs the program over models, and
validates every file and every --json answer; whichever has a schema must fit
it. Then takes keys away from what was valid, and gives values another type:
the schemas must refuse that. Commands that need ONNX Runtime are left out
where it is not. Exit code 77 without Python's jsonschema.
"""

import copy
import glob
import json
import os
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("skipped: Python has no jsonschema (python3-jsonschema)")
    sys.exit(77)

NO_RUNTIME = 6
CHECK_FAILED = 4

# Of an object whose keys are free: nothing there can be missing.
MAPS = ("peak_gflops", "efficiency", "measurements", "classes", "cross_ns")

# Answers that need ONNX Runtime.
NEED_RUNTIME = {"dnncut.profile/1", "dnncut.profile-summary/1",
                "dnncut.regression/1", "dnncut.fit/1", "dnncut.values/1",
                "dnncut.refinement/1", "dnncut.run/1"}


def kind_of(document):
    """Its "schema"; in Chrome's traces that stands under otherData."""
    if "schema" in document:
        return document["schema"]
    other = document.get("otherData")
    return other.get("schema") if isinstance(other, dict) else None


class Schemas:
    """All schemas of a folder, by the "schema" that their documents have; no
    document has what they share (common.schema.json)."""

    def __init__(self, folder):
        self.by_id = {}
        self.by_kind = {}
        for path in sorted(glob.glob(os.path.join(folder, "*.schema.json"))):
            with open(path, encoding="utf-8") as file:
                schema = json.load(file)
            jsonschema.Draft202012Validator.check_schema(schema)
            expected = os.path.basename(path)
            if not schema["$id"].endswith("/" + expected):
                raise AssertionError(f"{path}: $id does not end in its name")
            self.by_id[schema["$id"]] = schema
        for id_, schema in self.by_id.items():
            self.check_described(id_, schema, schema)
            if id_.endswith("/common.schema.json"):
                continue
            kind = kind_of({name: node.get("properties", node)
                            for name, node in schema["properties"].items()})
            self.by_kind[kind["const"]] = schema

    def resolver(self, schema):
        return jsonschema.RefResolver.from_schema(schema, store=self.by_id)

    def check_described(self, id_, schema, node, key=""):
        """Every property says what it is, or what it refers to does."""
        if not isinstance(node, dict):
            return
        for name, child in node.get("properties", {}).items():
            said = child.get("description")
            if not said and "$ref" in child:
                with self.resolver(schema).resolving(child["$ref"]) as found:
                    said = found.get("description")
            if not said:
                raise AssertionError(f"{id_}: {key}.{name}: no description")
        for name, child in node.items():
            for one in child if isinstance(child, list) else [child]:
                self.check_described(id_, schema, one, f"{key}.{name}")

    def errors(self, kind, document):
        """What is wrong with a document of a kind, as a list."""
        schema = self.by_kind[kind]
        validator = jsonschema.Draft202012Validator(
            schema, resolver=self.resolver(schema))
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
                for error in validator.iter_errors(document)]


class Checker:
    """Validates documents, and keeps one of each kind to damage."""

    def __init__(self, dnncut, schemas):
        self.dnncut = dnncut
        self.schemas = schemas
        self.samples = {}
        self.failures = []
        self.documents = 0
        self.runtime = True

    def validate(self, document, where):
        kind = kind_of(document)
        if kind not in self.schemas.by_kind:
            self.failures.append(f"{where}: no schema for {kind}")
            return
        self.documents += 1
        for error in self.schemas.errors(kind, document)[:3]:
            self.failures.append(f"{where}: {error}")
        self.samples.setdefault(kind, []).append(document)

    def validate_files(self, folder):
        for path in glob.glob(os.path.join(folder, "**", "*.json"),
                              recursive=True):
            with open(path, encoding="utf-8") as file:
                self.validate(json.load(file), path)

    def run(self, *args, json_answer=True, may_fail=()):
        """Runs the program; its answer is validated. False without a runtime.
        """
        command = [self.dnncut, *args] + (["--json"] if json_answer else [])
        done = subprocess.run(command, capture_output=True, text=True,
                              check=False)
        where = "dnncut " + " ".join(args)
        if done.returncode == NO_RUNTIME:
            self.runtime = False
            return False
        if done.returncode != 0 and done.returncode not in may_fail:
            self.failures.append(
                f"{where}: exit code {done.returncode}: {done.stderr.strip()}")
            return False
        if json_answer:
            self.validate(json.loads(done.stdout), where)
        return True


def nodes_of(value, path=()):
    """Every object and its path, outermost first."""
    if isinstance(value, dict):
        yield path, value
        for key, child in value.items():
            yield from nodes_of(child, path + (key,))
    elif isinstance(value, list):
        for index, child in enumerate(value[:2]):
            yield from nodes_of(child, path + (index,))


def at(value, path):
    for step in path:
        value = value[step]
    return value


def damaged(document):
    """Copies of a document with a value of another type each."""
    for path, node in nodes_of(document):
        if path and path[-1] in MAPS:
            continue
        for key in node:
            copied = copy.deepcopy(document)
            at(copied, path)[key] = ("text" if isinstance(node[key], dict)
                                     else {"no": "such thing"})
            yield "/".join(map(str, path + (key,))), copied


def check_refusals(checker):
    """What was valid must not be so any more once it is damaged."""
    refused = 0
    for kind, documents in checker.samples.items():
        document = min(documents, key=lambda one: len(json.dumps(one)))
        schema = checker.schemas.by_kind[kind]
        for key in schema["required"]:
            copied = {k: v for k, v in document.items() if k != key}
            if not checker.schemas.errors(kind, copied):
                checker.failures.append(f"{kind}: may lack {key}")
            refused += 1
        for path, copied in damaged(document):
            if not checker.schemas.errors(kind, copied):
                checker.failures.append(f"{kind}: takes anything at {path}")
            refused += 1
    return refused


def rename_tensor(path, old, new):
    """Gives a tensor of a model another name of as many bytes."""
    with open(path, "rb") as file:
        data = file.read()
    assert len(old) == len(new.encode()) and old.encode() in data
    with open(path, "wb") as file:
        file.write(data.replace(old.encode(), new.encode()))


def field(number, value):
    """One field of a protobuf message: a number, a text or a message."""
    def varint(rest):
        low = bytes([rest & 0x7f | (0x80 if rest > 0x7f else 0)])
        return low + (varint(rest >> 7) if rest > 0x7f else b"")

    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def write_states(path):
    """A model whose input 'past' is what its output 'present' was."""
    def node(op_type, inputs, output):
        names = b"".join(field(1, name) for name in inputs)
        return field(1, names + field(2, output) + field(4, op_type))

    def port(number, name):
        shape = b"".join(field(1, field(1, dim)) for dim in (1, 1000))
        tensor = field(1, field(1, 1) + field(2, shape))
        return field(number, field(1, name) + field(2, tensor))

    graph = (node("Add", ["past", "x"], "present") +
             node("Relu", ["present"], "y") + field(2, "states") +
             port(11, "x") + port(11, "past") + port(12, "y") +
             port(12, "present"))
    with open(path, "wb") as file:
        file.write(field(1, 8) + field(7, graph) +
                   field(8, field(1, "") + field(2, 17)))


def check_states(checker, model):
    checker.run("inspect", model)
    checker.run("compile", model, "-o", "stateless")
    checker.run("compile", model, "-o", "kept", "--state", "past=present",
                "--result", "y=device")
    checker.validate_files("kept")
    checker.run("lookup", "kept", "-b", "1Mbps")
    checker.run("solve", "kept", "-b", "1Mbps")
    checker.run("diff", "stateless", "kept")
    checker.run("check", "kept")
    checker.run("explain", "kept", "--tensor", "past")


def check_compiles(checker, model, odd):
    checker.run("compile", model, "-o", "out")
    checker.run("compile", odd, "-o", "odd", "--server", "h100", "--rtt", "0")
    for name, flags in (("small", ["--max-cuts", "2"]),
                        ("buckets", ["--buckets", "100,1000,100000"]),
                        ("one", ["--only-cut", "1"]),
                        ("few", ["--limit", "cuts=1"]),
                        ("back", ["--result", "server", "--server-slowdown", "1..4"]),
                        ("down", ["--downlink", "5Mbps", "--switching-cost", "1ms"]),
                        ("free", ["--downlink", "free", "--rtt", "1us"])):
        checker.run("compile", model, "-o", name, *flags)
    checker.run("example", "squeezenet", "--symbolic-batch", "-o", "free.onnx")
    checker.run("compile", "free.onnx", "-o", "sweep", "--dim-sweep",
                "batch=1,8")
    checker.validate_files("sweep/batch=8")
    with open("sweep/sweep.json", encoding="utf-8") as file:
        checker.validate(json.load(file), "sweep.json")
    for folder in ("out", "odd", "small", "buckets", "one", "few", "back",
                   "down"):
        checker.validate_files(folder)
        checker.run("lookup", folder, "-b", "50Mbps")
        checker.run("lookup", folder + "/firmware/dnncut_table.bin", "-b",
                    "50Mbps")
        checker.run("solve", folder, "-b", "50Mbps")
        checker.run("verify", folder, "--structural", "--model",
                    odd if folder == "odd" else model)
        checker.run("diff", "out", folder)
        checker.run("check", folder, "--budget", "latency@50Mbps<=1ms",
                    may_fail=(CHECK_FAILED,))
    checker.run("diff", "out", "small/table.json", "--max-regression", "0%",
                "--require-compatible", may_fail=(CHECK_FAILED,))
    for asked in ([], ["-b", "50Mbps"], ["--layer", "features.0"],
                  ["--tensor", "input"]):
        checker.run("explain", "out", *asked)
    for folder in ("out", "odd"):
        checker.run("explain", folder, "-b", "50Mbps", "--trace",
                    folder + "-trace.json", json_answer=False)
        with open(folder + "-trace.json", encoding="utf-8") as file:
            checker.validate(json.load(file), folder + "-trace.json")
    operators = {"schema": "dnncut.operators/1", "name": "small",
                 "description": "a test", "lacks": ["Gemm"]}
    checker.validate(operators, "operators.json")
    with open("operators.json", "w", encoding="utf-8") as file:
        json.dump(operators, file)
    checker.run("compile", model, "-o", "limited", "--device-ops",
                "operators.json", "--uncertainty", "20%", "--device-memory",
                "20MB", "--server-memory", "none", "--keep-private", "1")
    for one in (model, odd):
        checker.run("inspect", one)
    checker.run("machines")
    for machine in checker.samples["dnncut.machines/1"][0]["machines"]:
        checker.validate(machine, f"machine {machine['name']}")
    checker.run("example")
    checker.run("example", "mobilenetv2", "-o", "other.onnx")


def check_runs(checker, model):
    checker.run("profile", model, "-o", "a.json", "--runs", "2")
    if not checker.runtime:
        return
    checker.run("profile", "other.onnx", "-o", "b.json", "--runs", "2")
    checker.run("fit", "a.json", "b.json", "-o", "fit.json", "--name", "here")
    checker.run("fit", "a.json", "-o", "fit1.json")
    checker.run("compile", model, "-o", "measured", "--device", "a.json",
                "--server", "fit.json", "--verify")
    checker.run("verify", "out")
    checker.run("run", "out", "-b", "50Mbps", "--runs", "1", "--save-crossing",
                "sent")
    checker.run("refine", "out", "--as", "both", "-o", "refined", "--runs", "2",
                "--probes", "1", "--max-rounds", "1")
    checker.run("lookup", "refined", "-b", "50Mbps")
    checker.run("diff", "out", "refined")
    for folder in ("measured", "sent", "refined"):
        checker.validate_files(folder)
    for path in ("a.json", "b.json", "fit.json", "fit1.json"):
        with open(path, encoding="utf-8") as file:
            checker.validate(json.load(file), path)


def main():
    dnncut, folder = map(os.path.abspath, sys.argv[1:3])
    checker = Checker(dnncut, Schemas(folder))
    with tempfile.TemporaryDirectory(prefix="dnncut_schemas_") as work:
        os.chdir(work)
        checker.run("example", "squeezenet", "-o", "net.onnx")
        checker.run("example", "squeezenet", "-o", "odd.onnx")
        rename_tensor("odd.onnx", "features.9.squeeze",
                      "\u00e9\u7573|`<b>\"\\ _____")
        check_compiles(checker, "net.onnx", "odd.onnx")
        write_states("states.onnx")
        check_states(checker, "states.onnx")
        check_runs(checker, "net.onnx")
        os.chdir("/")
    refused = check_refusals(checker)
    for failure in checker.failures:
        print(f"FAILED {failure}")
    unseen = set(checker.schemas.by_kind) - set(checker.samples)
    if not checker.runtime:
        print("no ONNX Runtime: what needs it is not looked at")
        unseen -= NEED_RUNTIME
    for kind in sorted(unseen):
        print(f"FAILED nothing was written as {kind}")
    print(f"{checker.documents} documents are valid, {refused} damaged ones "
          f"are refused")
    sys.exit(1 if checker.failures or unseen else 0)


if __name__ == "__main__":
    main()
