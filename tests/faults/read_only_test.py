#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where nothing may be written: one clear error, and the old as it was.

    read_only_test.py DNNCUT

Lets every command that writes do so on a file system that is mounted
read-only, and into folders without the right to write or to enter. Needs a
user namespace to mount file systems in, and skips that half without.
"""

import os
import shutil
import subprocess
import sys

from faults import (IO, WorkFolder, error_id, expect, failures, finish,
                    in_namespace, mount_memory, snapshot, unmount, write)
from writers import Writers, run_in

NOBODY = 65534


def make_old(folder, writers):
    write(os.path.join(folder, "old"), b"old\n")
    shutil.copytree(writers.other, os.path.join(folder, "out"))


def commands(writers, folder):
    for name, command in writers.of_files():
        for file in ("new", "old"):
            yield f"{name} {file}", command(os.path.join(folder, file))
    for name, command in writers.of_folders():
        for out in ("fresh", "out"):
            yield f"{name} {out}", command(os.path.join(folder, out))


def check(name, done, word):
    expect(done.returncode == IO, f"{name}: {done.returncode} {done.stderr}")
    error_id(done.stderr)
    expect(word.lower() in done.stderr.lower(), f"{name}: {done.stderr}")


def check_read_only(dnncut, folder):
    """The namespace's root may do anything but write here."""
    writers = Writers(dnncut, folder)
    disk = os.path.join(folder, "disk")
    mount_memory(disk, "size=4m")
    make_old(disk, writers)
    before = snapshot(disk)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    count = 0
    for name, command in commands(writers, disk):
        check(name, run_in(command, folder), "read-only")
        count += 1
    expect(snapshot(disk) == before, "something has changed")
    unmount(disk)
    print(f"{count} commands on a read-only file system")


def check_rights(dnncut, folder):
    """Rights do not bind root, who becomes somebody else for it."""
    os.chmod(folder, 0o755)
    program = os.path.join(folder, "dnncut")
    shutil.copy(dnncut, program)
    writers = Writers(program, folder)
    user = {}
    if os.geteuid() == 0:
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        writers.can_run = False  # it finds root's ONNX Runtime only
    count = 0
    for mode in (0o555, 0o444, 0o000):
        locked = os.path.join(folder, f"locked-{mode:o}")
        os.mkdir(locked)
        make_old(locked, writers)
        before = snapshot(locked)
        os.chmod(locked, mode)
        for name, command in commands(writers, locked):
            done = subprocess.run(command, capture_output=True, text=True,
                                  check=False, cwd="/", **user)
            check(f"{name}, {mode:o}", done, "permission denied")
            count += 1
        os.chmod(locked, 0o755)
        expect(snapshot(locked) == before, f"{mode:o}: something has changed")
    print(f"{count} commands into folders without rights")


def main():
    dnncut = os.path.abspath(sys.argv[1])
    if not os.environ.get("DNNCUT_FAULTS_NAMESPACE"):
        with WorkFolder() as folder:
            check_rights(dnncut, folder)
        if failures:
            finish()
    in_namespace()
    with WorkFolder() as folder:
        check_read_only(dnncut, folder)
    finish()


if __name__ == "__main__":
    main()
