#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A disk that is full: one clear error, nothing half written, the old intact.

    full_disk_test.py DNNCUT

Compiles onto file systems in memory that are full at the first page of each
file of the result, or at the last one, or have no room for its name, with and
without an earlier result; and lets every other command that writes a file do so
onto a full one. Needs a user namespace to mount file systems in, and skips
itself without.
"""

import os
import shutil
import subprocess
import sys

from faults import (IO, WorkFolder, error_id, expect, failures, finish,
                    in_namespace, mount_memory, must_run, run, snapshot,
                    temporary_folders, unmount, write)
from writers import Writers, run_in

PAGE = 4096


def pages_of(path):
    """What a file takes, or all files in a folder do."""
    if os.path.isfile(path):
        return -(-os.path.getsize(path) // PAGE)
    return sum(pages_of(os.path.join(root, name))
               for root, _, files in os.walk(path) for name in files)


def named_file(stderr):
    """The file that the message says cannot be written."""
    if "cannot write '" not in stderr:
        return "the folder"
    path = stderr.split("cannot write '")[1].split("'")[0]
    return os.path.relpath(path, path[:path.index("/out") + 4])


class Compiles:
    """The compiles that do not fit."""

    def __init__(self, dnncut, folder, *flags):
        self.dnncut = dnncut
        self.model = os.path.join(folder, "net.onnx")
        self.disk = os.path.join(folder, "disk")
        self.out = os.path.join(self.disk, "out")
        self.old = os.path.join(folder, "old")
        must_run(dnncut, "example", "squeezenet", "-o", self.model,
                 *flags)
        must_run(dnncut, "compile", self.model, "-o", self.old, "-q",
                 "--max-cuts", "1")
        self.new = os.path.join(folder, "new")
        must_run(dnncut, "compile", self.model, "-o", self.new, "-q")
        self.whole = snapshot(self.new)

    def compile(self, options, with_old):
        """The file that does not fit onto a disk with these options of mount;
        None when all do, "the disk" when it is too small for the old."""
        mount_memory(self.disk, options)
        try:
            if with_old:
                try:
                    shutil.copytree(self.old, self.out)
                except (OSError, shutil.Error):
                    return "the disk"
            before = snapshot(self.out)
            done = run(self.dnncut, "compile", self.model, "-o", self.out,
                       "-q", "--force")
            what = f"{options}, {'old' if with_old else 'no'} result"
            expect(not temporary_folders(self.disk), f"{what}: leftovers")
            if done.returncode == 0:
                expect(snapshot(self.out) == self.whole, f"{what}: not whole")
                return None
            expect(done.returncode == IO, f"{what}: {done.stderr}")
            expect(error_id(done.stderr) in ("E601", "E605"),
                   f"{what}: {done.stderr}")
            expect("the disk is full" in done.stderr, done.stderr)
            expect(snapshot(self.out) == before, f"{what}: the old has changed")
            return named_file(done.stderr)
        finally:
            unmount(self.disk)

    def without_names(self, with_old):
        """With more and more files, until all are there."""
        failed = set()
        inodes = 2
        while (name := self.compile(f"size=64m,nr_inodes={inodes}", with_old)):
            failed.add(name)
            inodes += 1
            if inodes > 100:
                sys.exit("FAILED it never fits")
        expect(failed >= set(self.whole), f"no failure at "
               f"{set(self.whole) - failed}")
        print(f"no room for a name: {len(failed)} places, "
              f"{'with' if with_old else 'without'} an old result")

    def compile_within(self, pages, with_old):
        pages += pages_of(self.old) if with_old else 0
        # 0 would be no limit.
        return self.compile(f"size={max(1, pages) * PAGE}", with_old)

    def files_in_order(self):
        """As they are written: each is the one that does not fit when there is
        room for those before it."""
        order = []
        room = 0
        while (name := self.compile_within(room, False)):
            expect(name in self.whole and name not in order,
                   f"with {room} pages: {name}")
            if failures:
                break
            order.append(name)
            room += pages_of(os.path.join(self.new, name))
        return order

    def without_pages(self):
        """Full at the first page of each file, and with an old result at the
        last one."""
        order = self.files_in_order()
        files = {name for name, digest in self.whole.items() if digest}
        expect(set(order) == files, f"no failure at {files - set(order)}")
        room = 0
        for name in order:
            room += pages_of(os.path.join(self.new, name))
            failed = self.compile_within(room - 1, True)
            expect(failed == name, f"{room - 1} pages: {failed}, not {name}")
        print(f"no room for the data: {', '.join(order)}")

    def within_data(self):
        """Weights are copied, and much larger than all else."""
        pages = pages_of(self.new)
        failed = set()
        for with_old in (False, True):
            for part in (1, 4, 6, 8, 11):
                name = self.compile_within(pages * part // 12, with_old)
                expect(name, f"{part}/12 are enough")
                failed.add(name)
        weights = {f"{side}/weights.bin" for side in ("device", "server")}
        expect(weights <= failed, f"failures at {failed} alone")
        print(f"no room for all data: {sorted(failed)}")


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


def check_temporary_files(dnncut, folder):
    """Two sizes: of no copy of the model, and of one but not of another."""
    model = os.path.join(folder, "net.onnx")
    disk = os.path.join(folder, "disk")
    must_run(dnncut, "example", "squeezenet", "-o", model)
    command = [dnncut, "profile", model, "-o", os.path.join(folder, "p.json"),
               "--runs", "1", "--warm-up", "0", "--threads", "1", "--force"]
    if run(*command).returncode != 0:
        return  # there is no ONNX Runtime
    for size in ("1m", "6m"):
        mount_memory(disk, f"size={size}")
        done = run(*command, env={**os.environ, "TMPDIR": disk})
        expect(done.returncode == IO, f"TMPDIR: {done.returncode}")
        expect(error_id(done.stderr) == "E705" and disk in done.stderr,
               done.stderr)
        expect(not os.listdir(disk), f"TMPDIR: {os.listdir(disk)}")
        unmount(disk)
    print("no room for temporary files: E705")


def main():
    in_namespace()
    dnncut = os.path.abspath(sys.argv[1])
    with WorkFolder() as folder:
        # Without weights, each file has few pages.
        light = Compiles(dnncut, folder, "--light")
        for with_old in (False, True):
            light.without_names(with_old)
        light.without_pages()
    with WorkFolder() as folder:
        Compiles(dnncut, folder).within_data()
    with WorkFolder() as folder:
        check_writers(dnncut, folder)
    with WorkFolder() as folder:
        check_temporary_files(dnncut, folder)
    finish()


if __name__ == "__main__":
    main()
