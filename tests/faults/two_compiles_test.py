#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two compiles into one folder at once: one whole result, no mixture.

    two_compiles_test.py DNNCUT

Stops one compile at its system calls that change the file system, runs another
one with other flags from its beginning to its end, and lets the first go on;
and starts two together. This with and without an earlier result and --force.
Each ends with success or one clear error, and no temporary folder stays.
Without strace, which finds the calls, two are only started together, and more
often.
"""

import os
import random
import shutil
import subprocess
import sys
import time

from faults import (IO, TwoCompiles, WorkFolder, error_id, expect, finish,
                    must_run, run, snapshot, temporary_folders)
from system_calls import (CHANGES, Stops, can_trace, first_and_last,
                          is_change)

SEED = 20240502
TOGETHER = 5 if can_trace() else 20
# Not E604: what the other one has written is a result of dnncut.
CLEAR = {"E601", "E602", "E606"}


class Test(TwoCompiles):
    def __init__(self, dnncut, folder):
        super().__init__(dnncut, folder, "--light")
        self.random = random.Random(SEED)

    def both(self, extra):
        """Runs both at once; their exit codes and errors."""
        processes = []
        for name in self.FLAGS:
            # pylint: disable=consider-using-with
            processes.append(subprocess.Popen(
                self.command(name, extra), stderr=subprocess.PIPE, text=True))
            time.sleep(self.random.uniform(0, 0.02))
        ends = []
        for process in processes:
            stderr = process.communicate()[1]
            ends.append((process.returncode, stderr))
        return ends

    def repeat(self, what, extra, with_old, errors):
        """`errors`: how many of the two may fail."""
        counts = {}
        for i in range(TOGETHER):
            if not with_old:
                shutil.rmtree(self.out, ignore_errors=True)
            before = snapshot(self.out)
            ends = self.both(extra)
            ids = []
            for code, stderr in ends:
                expect(code in (0, IO), f"{what} {i}: {code}, {stderr}")
                if code != 0:
                    ids.append(error_id(stderr))
            expect(set(ids) <= CLEAR, f"{what} {i}: {ends}")
            now = snapshot(self.out)
            expect(now == before if len(ids) == 2 else
                   now in self.whole.values(),
                   f"{what} {i}: neither result is there")
            expect(not temporary_folders(self.folder),
                   f"{what} {i}: a temporary folder stays")
            expect(len(ids) in errors, f"{what} {i}: {ends}")
            key = " and ".join(["success"] * (2 - len(ids)) + ids)
            counts[key] = counts.get(key, 0) + 1
        print(f"{TOGETHER} times {what}: {counts}")

    def changes_of(self, extra):
        """What A calls, from the first to the one that puts its result in
        place, and from that one on."""
        stops = Stops(self.command("A", extra), CHANGES)
        calls = [call for call in stops if is_change(call, self.folder)]
        renames = [i for i, call in enumerate(calls)
                   if call.name.startswith("rename")]
        expect(len(renames) == 1, "one call puts the result in place")
        return calls[:renames[0]], calls[renames[0]:]

    def run_within(self, what, extra, calls, error=None):
        """Runs B behind each of these calls of A, where it must succeed or end
        with `error`; the exit code of A."""
        wanted = [(call.name, call.number) for call in calls]
        stops = Stops(self.command("A", extra), CHANGES)
        there = snapshot(self.out)
        placed = False
        for call in stops:
            if not is_change(call, self.folder):
                continue
            if call.name.startswith("rename"):
                placed = True
                there = snapshot(self.out)
                expect(there in self.whole.values(), f"{what}: a mixture")
            if (call.name, call.number) not in wanted:
                continue
            wanted.remove((call.name, call.number))
            step = f"{what}, within A at {call.text}"
            # A folder that is not young is kept by its lock alone.
            locked = not placed and "mkdir" not in call.name
            made = 1 if locked else time.time() + 3600
            for path in temporary_folders(self.folder):
                os.utime(path, (made, made))
            done = run(*self.command("B", extra))
            if error:
                expect(done.returncode == IO, f"{step}: {done.returncode}")
                expect(error_id(done.stderr) == error, f"{step}: {done.stderr}")
            else:
                expect(done.returncode == 0, f"{step}: {done.stderr}")
                there = self.whole["B"]
            expect(snapshot(self.out) == there, f"{step}: not whole")
        expect(not wanted, f"{what}: A did not call {wanted}")
        expect(not temporary_folders(self.folder), f"{what}: leftovers")
        expect(snapshot(self.out) == there, f"{what}: not whole at the end")
        if stops.returncode != 0:
            expect(error_id(stops.stderr) in CLEAR, f"{what}: {stops.stderr}")
        return stops.returncode

    def all_within_old(self):
        must_run(*self.command("B", ["--force"]))
        calls = first_and_last(sum(self.changes_of(["--force"]), []))
        must_run(*self.command("B", ["--force"]))
        code = self.run_within("over an old result", ["--force"], calls)
        expect(code == 0, f"over an old result: {code}")
        print(f"one within the other over an old result: {len(calls)} times")

    def all_within_new(self, extra):
        """The second one to put its result in place replaces that of the first
        only if it has begun later, and may."""
        shutil.rmtree(self.out)
        writing, removing = self.changes_of(extra)
        for call in (writing[0], writing[len(writing) // 2], writing[-1]):
            shutil.rmtree(self.out)
            code = self.run_within("into a new folder", extra, [call])
            expect(code == IO, f"into a new folder, {call.text}: {code}")
        shutil.rmtree(self.out)
        code = self.run_within("into a new folder", extra,
                               [removing[0], removing[-1]],
                               None if extra else "E602")
        expect(code == 0, f"into a new folder, {code}")
        print(f"one within the other into a new folder, {extra}: 5 times")


def main():
    with WorkFolder(in_memory=True) as folder:
        test = Test(sys.argv[1], folder)
        if can_trace():
            test.all_within_old()
            test.all_within_new([])
            test.all_within_new(["--force"])
        else:
            print("no strace, or no right to trace: only started together")
        test.repeat("over an old result with --force", ["--force"], True,
                    (0, 1))
        test.repeat("over an old result without --force", [], True, (2,))
        test.repeat("into a new folder", [], False, (1,))
        test.repeat("into a new folder with --force", ["--force"], False,
                    (0, 1))
    finish()


if __name__ == "__main__":
    main()
