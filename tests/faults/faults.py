# SPDX-License-Identifier: Apache-2.0
"""What the tests of faults share: running dnncut, comparing result folders."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
IO = 5
BAD_INPUT = 3

# LeakSanitizer does not work in a program that is traced, and waits for ever
# when something stops the program just as it looks for leaks, at its end. Other
# tests look for them.
WITHOUT_LEAKS = {**os.environ,
                 "ASAN_OPTIONS": ":".join(filter(None, [
                     os.environ.get("ASAN_OPTIONS"), "detect_leaks=0"]))}

failures = []


def expect(holds, text):
    if not holds:
        failures.append(text)
        print(f"FAILED {text}", flush=True)


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def finish():
    if failures:
        sys.exit(f"{len(failures)} failures")
    print("ok")


class WorkFolder:
    """A folder that is gone afterwards. In memory where that will do."""

    def __init__(self, in_memory=False):
        memory = "/dev/shm"
        fits = in_memory and os.access(memory, os.W_OK)
        self.path = tempfile.mkdtemp(prefix="dnncut-faults-",
                                     dir=memory if fits else None)

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def run(dnncut, *arguments, **options):
    return subprocess.run([dnncut, *arguments], capture_output=True, text=True,
                          check=False, errors="replace", **options)


def must_run(dnncut, *arguments, **options):
    done = run(dnncut, *arguments, **options)
    if done.returncode != 0:
        sys.exit(f"FAILED dnncut {' '.join(arguments)}: {done.returncode}: "
                 f"{done.stderr}")
    return done


class TwoCompiles:
    """A model, a folder, and two compiles of one into the other, A and B, that
    differ in their flags; `whole` has what each of them writes."""

    FLAGS = {"A": ["--rtt", "5ms"],
             "B": ["--rtt", "40ms", "--weights", "inline"]}

    def __init__(self, dnncut, folder, *flags):
        self.dnncut = dnncut
        self.folder = folder
        self.model = os.path.join(folder, "net.onnx")
        self.out = os.path.join(folder, "out")
        self.whole = {}
        must_run(dnncut, "example", "squeezenet", "-o", self.model, *flags)
        self.compile_both()

    def compile_both(self):
        for name in ("B", "A"):
            must_run(*self.command(name, ["--force"]))
            self.whole[name] = snapshot(self.out)

    def command(self, name, extra):
        return [self.dnncut, "compile", self.model, "-o", self.out, "--quiet",
                *extra, *self.FLAGS[name]]


def snapshot(folder):
    """A hash of every file below `folder` by its name; None without one."""
    if not os.path.isdir(folder):
        return None
    content = {}
    for root, folders, files in os.walk(folder):
        for name in folders:
            content[os.path.relpath(os.path.join(root, name), folder)] = ""
        for name in files:
            path = os.path.join(root, name)
            with open(path, "rb") as file:
                digest = hashlib.sha256(file.read()).hexdigest()
            content[os.path.relpath(path, folder)] = digest
    return content


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def temporary_folders(parent, out="out"):
    """What runs that were killed left beside the output folder `out`."""
    return [os.path.join(parent, name) for name in os.listdir(parent)
            if name.startswith(f".{out}.dnncut-")]


def error_id(stderr):
    """The id of the only error; fails the test unless there is just one."""
    lines = [line for line in stderr.splitlines() if "error[" in line]
    expect(len(lines) == 1 and "internal" not in stderr,
           f"one line of error, but: {stderr!r}")
    if not lines:
        return "none"
    return lines[0].split("error[")[1].split("]")[0]


def longest_of(times, action):
    """How long `action` takes, at most."""
    longest = 0
    for _ in range(times):
        start = time.monotonic()
        action()
        longest = max(longest, time.monotonic() - start)
    return longest


def in_namespace():
    """Runs the script again where it may mount file systems; skips it where
    that is not possible."""
    if os.environ.get("DNNCUT_FAULTS_NAMESPACE"):
        return
    unshare = ["unshare", "--user", "--map-root-user", "--mount"]
    probe = "mount -t tmpfs -o size=64k tmpfs /tmp && mount -o remount,ro /tmp"
    try:
        done = subprocess.run([*unshare, "sh", "-c", probe], check=False,
                              capture_output=True, text=True)
    except FileNotFoundError:
        skip("no program unshare")
    if done.returncode != 0:
        skip(f"no namespace to mount in: {done.stderr.strip()}")
    os.environ["DNNCUT_FAULTS_NAMESPACE"] = "1"
    os.execvp(unshare[0], [*unshare, sys.executable, "-B", *sys.argv])


def mount_memory(folder, options):
    os.makedirs(folder, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder],
                   check=True)


def unmount(folder):
    subprocess.run(["umount", folder], check=True)
