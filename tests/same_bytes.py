#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same input gives the same bytes, wherever and however dnncut runs.

    same_bytes.py [--only-builds] DNNCUT [OTHER...]

Compiles models in another folder, locale and time zone, with another umask,
HOME and number of threads, on one processor and without address randomisation,
and compares the whole output folders, whatever they hold, byte by byte. OTHER
are other builds of the same program, which must write the same, too; with
--only-builds they are compared alone.
"""

import argparse
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile

# Each writes what the others do not.
COMPILES = {
    "plain": [],
    "flags": ["--device", "cortex-m7", "--rtt", "0", "--max-cuts", "3",
              "--result", "server"],
    "inline": ["--weights", "inline", "--downlink", "20Mbps"],
}
MODELS = ("squeezenet", "inception-v1")
SHOWN = 5  # differences of one run


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          **options)
    if done.returncode != 0:
        sys.exit(f"FAILED {' '.join(command)}: exit code {done.returncode}: "
                 f"{done.stderr.strip()}")
    return done


def files_of(folder):
    """The files and folders below a folder, relative to it."""
    found = set()
    for root, folders, files in os.walk(folder):
        for name in folders + files:
            found.add(os.path.relpath(os.path.join(root, name), folder))
    return found


def differences(a, b):
    """What differs between two folders, one line each."""
    here, there = files_of(a), files_of(b)
    for name in sorted(here ^ there):
        yield f"{name}: only in {'the first' if name in here else 'the second'}"
    for name in sorted(here & there):
        one, other = os.path.join(a, name), os.path.join(b, name)
        if os.path.isdir(one) != os.path.isdir(other):
            yield f"{name}: a file and a folder"
        elif os.path.isfile(one) and not filecmp.cmp(one, other, False):
            yield f"{name}: other bytes"


def make_locale(folder):
    """A locale with decimal commas and grouped digits, made if need be."""
    listed = subprocess.run(["locale", "-a"], capture_output=True, text=True,
                            check=False).stdout.split()
    for name in listed:
        if name.lower() in ("de_de.utf8", "de_de.utf-8"):
            return {"LC_ALL": name}
    if shutil.which("localedef"):
        subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8",
                        os.path.join(folder, "de_DE.UTF-8")],
                       capture_output=True, check=False)
    if os.path.isdir(os.path.join(folder, "de_DE.UTF-8")):
        return {"LC_ALL": "de_DE.UTF-8", "LOCPATH": folder}
    return None


def variants(work):
    """Name, what stands before the command, and what the environment adds."""
    deep = os.path.join(work, "a much deeper", "f\u00f6lder", "x" * 100)
    home = os.path.join(work, "home")
    os.makedirs(deep)
    os.makedirs(home)
    yield "another folder, from afar", [], {}, deep
    yield "another home and time zone", [], {
        "HOME": home, "XDG_CACHE_HOME": home, "TZ": "Pacific/Kiritimati",
        "TMPDIR": home, "USER": "somebody"}, None
    yield "one thread", [], {"OMP_NUM_THREADS": "1"}, None
    yield "seven threads", [], {"OMP_NUM_THREADS": "7"}, None
    yield "another umask", ["sh", "-c", 'umask 077; exec "$@"', "sh"], {}, None
    if shutil.which("taskset"):
        yield "one processor", ["taskset", "-c", "0"], {}, None
    if shutil.which("setarch"):
        yield "no randomised addresses", ["setarch", "-R"], {}, None
    locale = make_locale(os.path.join(work, "home"))
    if locale:
        yield "another locale", [], locale, None
    else:
        print("left out: another locale (no localedef)")
    yield "on a terminal without colours", [], {"TERM": "dumb",
                                                "COLUMNS": "20"}, None


def compile_all(dnncut, models, folder, prefix=(), environment=None,
                from_afar=False):
    """Compiles every model in every way; a copy of each stands in `folder`,
    which is the current one, or is named in full."""
    outputs = []
    for model in models:
        copied = os.path.join(folder, os.path.basename(model))
        if not os.path.exists(copied):
            shutil.copy(model, copied)
        for name, flags in COMPILES.items():
            outputs.append(f"{os.path.basename(model)}-{name}")
            where = folder if from_afar else ""
            run([*prefix, dnncut, "compile",
                 os.path.join(where, os.path.basename(model)), "-o",
                 os.path.join(where, outputs[-1]), "--force", "--quiet",
                 "--onnxruntime", "none", *flags],
                cwd="/" if from_afar else folder,
                env={**os.environ, **(environment or {})})
    return outputs


def compare(name, first, second, outputs):
    """Prints what differs; True when nothing does."""
    found = [f"{out}/{line}" for out in outputs
             for line in differences(os.path.join(first, out),
                                     os.path.join(second, out))]
    for line in found[:SHOWN]:
        print(f"FAILED {name}: {line}")
    if not found:
        count = sum(len(files_of(os.path.join(first, out))) for out in outputs)
        print(f"{name}: the same {count} files and folders", flush=True)
    return not found


def check_itself(folder, outputs):
    """The comparison finds a byte that is changed, and a file too many."""
    copied = os.path.join(folder, "copy")
    shutil.copytree(os.path.join(folder, outputs[0]), copied)
    assert not list(differences(os.path.join(folder, outputs[0]), copied))
    table = os.path.join(copied, "table.json")
    with open(table, "r+b") as file:
        file.seek(10)
        byte = file.read(1)
        file.seek(10)
        file.write(bytes([byte[0] ^ 1]))
    open(os.path.join(copied, "more"), "w", encoding="utf-8").close()
    found = list(differences(os.path.join(folder, outputs[0]), copied))
    assert found == ["more: only in the second", "table.json: other bytes"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only-builds", action="store_true")
    parser.add_argument("dnncut")
    parser.add_argument("other", nargs="*")
    args = parser.parse_args()
    dnncut = os.path.abspath(args.dnncut)
    good = True
    with tempfile.TemporaryDirectory(prefix="dnncut_bytes_") as work:
        first = os.path.join(work, "first")
        os.mkdir(first)
        models = []
        for name in MODELS:
            models.append(os.path.join(work, f"{name}.onnx"))
            run([dnncut, "example", name, "-o", models[-1]])
        outputs = compile_all(dnncut, models, first)
        check_itself(first, outputs)
        ways = [] if args.only_builds else variants(work)
        for name, prefix, environment, folder in ways:
            far = folder is not None
            folder = folder or tempfile.mkdtemp(dir=work)
            compile_all(dnncut, models, folder, prefix, environment, far)
            good = compare(name, first, folder, outputs) and good
            shutil.rmtree(folder)
        for other in args.other:
            folder = tempfile.mkdtemp(dir=work)
            compile_all(os.path.abspath(other), models, folder)
            good = compare(other, first, folder, outputs) and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
