#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two compiles into one folder at once: one whole result, no mixture.

    two_compiles_test.py DNNCUT

Starts two compiles with different flags together, 20 times without an earlier
result, with one and --force, and with one and without --force. Each ends with
success or one clear error, and no temporary folder stays.
"""

import random
import shutil
import subprocess
import sys
import time

from faults import (IO, TwoCompiles, WorkFolder, error_id, expect, finish,
                    snapshot, temporary_folders)

SEED = 20240502
REPETITIONS = 20
# Not E604: what the other one has written is a result of dnncut.
CLEAR = {"E601", "E602", "E606"}


class Test(TwoCompiles):
    def __init__(self, dnncut, folder):
        super().__init__(dnncut, folder)
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
        for i in range(REPETITIONS):
            if not with_old:
                shutil.rmtree(self.out)
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
        print(f"{REPETITIONS} times {what}: {counts}")


def main():
    with WorkFolder() as folder:
        test = Test(sys.argv[1], folder)
        test.repeat("over an old result with --force", ["--force"], True,
                    (0, 1))
        test.repeat("over an old result without --force", [], True, (2,))
        test.repeat("into a new folder", [], False, (1,))
        test.repeat("into a new folder with --force", ["--force"], False,
                    (0, 1))
    finish()


if __name__ == "__main__":
    main()
