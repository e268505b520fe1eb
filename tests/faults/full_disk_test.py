#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A disk that is full: one clear error, nothing half written, the old intact.

    full_disk_test.py DNNCUT

Compiles onto file systems in memory of many sizes, so that it fails at every
file of the result, with and without an earlier result; and lets every other
command that writes a file do so onto a full one. Needs a user namespace to
mount file systems in, and skips itself without.
"""

import os
import shutil
import subprocess
import sys

from faults import (IO, WorkFolder, error_id, expect, finish, in_namespace,
                    mount_memory, must_run, run, snapshot, temporary_folders,
                    unmount, write)
from writers import Writers, run_in

KIB = 1024


def bytes_of(folder):
    return sum(os.path.getsize(os.path.join(root, name))
               for root, _, files in os.walk(folder) for name in files)


def named_file(stderr):
    """The file that the message says cannot be written."""
    if "cannot write '" not in stderr:
        return "the folder"
    path = stderr.split("cannot write '")[1].split("'")[0]
    return os.path.relpath(path, path[:path.index("/out") + 4])


class Compiles:
    """The compiles that do not fit."""

    def __init__(self, dnncut, folder):
        self.dnncut = dnncut
        self.model = os.path.join(folder, "net.onnx")
        self.disk = os.path.join(folder, "disk")
        self.out = os.path.join(self.disk, "out")
        self.old = os.path.join(folder, "old")
        must_run(dnncut, "example", "squeezenet", "-o", self.model)
        must_run(dnncut, "compile", self.model, "-o", self.old, "-q",
                 "--max-cuts", "1")
        whole = os.path.join(folder, "whole")
        must_run(dnncut, "compile", self.model, "-o", whole, "-q")
        self.whole = snapshot(whole)
        self.bytes = bytes_of(whole)
        self.failed_at = {}

    def compile(self, options, with_old):
        """True when it fits onto a disk with these options of mount."""
        mount_memory(self.disk, options)
        try:
            if with_old:
                try:
                    shutil.copytree(self.old, self.out)
                except (OSError, shutil.Error):
                    return False
            before = snapshot(self.out)
            done = run(self.dnncut, "compile", self.model, "-o", self.out,
                       "-q", "--force")
            what = f"{options}, {'old' if with_old else 'no'} result"
            expect(not temporary_folders(self.disk), f"{what}: leftovers")
            if done.returncode == 0:
                expect(snapshot(self.out) == self.whole, f"{what}: not whole")
                return True
            expect(done.returncode == IO, f"{what}: {done.stderr}")
            expect(error_id(done.stderr) in ("E601", "E605"),
                   f"{what}: {done.stderr}")
            expect("the disk is full" in done.stderr, done.stderr)
            expect(snapshot(self.out) == before, f"{what}: the old has changed")
            name = named_file(done.stderr)
            self.failed_at[name] = self.failed_at.get(name, 0) + 1
            return False
        finally:
            unmount(self.disk)

    def all(self):
        """With fewer and fewer files, and with less and less room."""
        for with_old in (False, True):
            inodes = 2
            while not self.compile(f"size=64m,nr_inodes={inodes}", with_old):
                inodes += 1
                expect(inodes < 100, "it never fits")
            old = bytes_of(self.old) if with_old else 0
            rooms = [self.bytes * i // 12 for i in range(1, 12)]
            rooms += [self.bytes - i * 8 * KIB for i in range(1, 30)]
            for room in rooms:
                fits = self.compile(f"size={(old + room) // KIB}k", with_old)
                expect(not fits, f"{room} bytes are enough")
        print(f"{sum(self.failed_at.values())} compiles did not fit, at "
              f"{dict(sorted(self.failed_at.items()))}")
        for name in ("device/weights.bin", "table.json", "report.html"):
            expect(name in self.failed_at, f"none failed at {name}")


def fill(folder):
    """Leaves no room, but for names."""
    with open(os.path.join(folder, "filler"), "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass


def check_failure(what, done, disk, before):
    expect(done.returncode == IO, f"{what}: {done.returncode} {done.stderr}")
    error_id(done.stderr)
    expect(snapshot(disk) == before, f"{what}: {os.listdir(disk)}")


def check_writers(dnncut, folder):
    writers = Writers(dnncut, folder)
    disk = os.path.join(folder, "disk")
    names = []
    for name, command in writers.of_files():
        for old in (None, bytes(4096)):
            mount_memory(disk, "size=64k")
            file = os.path.join(disk, "file")
            if old is not None:
                write(file, old)
            fill(disk)
            before = snapshot(disk)
            done = run_in(command(file), folder)
            check_failure(name, done, disk, before)
            unmount(disk)
        names.append(name)
    for name, command in writers.of_folders():
        mount_memory(disk, "size=1m")
        shutil.copytree(writers.other, os.path.join(disk, "out"))
        fill(disk)
        before = snapshot(disk)
        done = run_in(command(os.path.join(disk, "out")), folder)
        check_failure(name, done, disk, before)
        unmount(disk)
        names.append(name)
    check_standard_output(writers, disk)
    print(f"on a full disk: {', '.join(names)}, and standard output")


def check_standard_output(writers, disk):
    mount_memory(disk, "size=64k")
    fill(disk)
    with open(os.path.join(disk, "answer.json"), "wb") as file:
        done = subprocess.run(
            [writers.dnncut, "inspect", writers.model, "--json"], stdout=file,
            stderr=subprocess.PIPE, text=True, check=False)
    expect(done.returncode == IO, f"standard output: {done.returncode}")
    expect(error_id(done.stderr) == "E690", done.stderr)
    unmount(disk)


def main():
    in_namespace()
    dnncut = os.path.abspath(sys.argv[1])
    with WorkFolder() as folder:
        Compiles(dnncut, folder).all()
    with WorkFolder() as folder:
        check_writers(dnncut, folder)
    finish()


if __name__ == "__main__":
    main()
