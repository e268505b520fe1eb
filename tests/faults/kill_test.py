#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A compile that is killed leaves the old result or the new one, whole.

    kill_test.py DNNCUT

Compiles over an earlier result with --force, and ends it by a signal at random
moments of its life: SIGKILL 200 times, and those that it can catch, after which
it must have removed its temporary folder as well.
"""

import os
import random
import signal
import subprocess
import sys
import time

from faults import (TwoCompiles, WorkFolder, expect, finish, longest_of,
                    must_run, snapshot, temporary_folders)

SEED = 20240501
KILLS = 200
KILLS_OF_FIRST = 40  # without an earlier result
CATCHES = 15         # of each signal
MORE_TRIES = 10      # times as many, until one has ended a compile
MOST_SECONDS = 60    # of SIGKILLs; a slow build gets fewer


class Test(TwoCompiles):
    def __init__(self, dnncut, folder):
        super().__init__(dnncut, folder)
        self.random = random.Random(SEED)
        self.seconds = longest_of(2, self.compile_both)

    def end(self, name, sent):
        """Sends a signal at a random moment of a compile; its exit code."""
        # One of the two compiles takes about half of what both take.
        moment = self.random.uniform(0, 0.5 * self.seconds)
        # pylint: disable=consider-using-with
        process = subprocess.Popen(self.command(name, ["--force"]),
                                   stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(moment)
        process.send_signal(sent)
        return process.wait()

    def content(self):
        now = snapshot(self.out)
        for name, whole in self.whole.items():
            if now == whole:
                return name
        return "nothing" if now is None else "a mixture"

    def age_leftovers(self):
        """Makes them older than those of runs that have just begun."""
        for path in temporary_folders(self.folder):
            os.utime(path, (1, 1))

    def kill_over_old(self):
        counts = {"killed": 0, "old": 0, "new": 0, "leftovers": 0}
        old = self.content()
        end = time.monotonic() + MOST_SECONDS
        tries = 0
        while counts["killed"] < KILLS and time.monotonic() < end:
            tries += 1
            new = "B" if old == "A" else "A"
            code = self.end(new, signal.SIGKILL)
            now = self.content()
            what = f"compile {tries}"
            expect(code in (0, -signal.SIGKILL), f"{what}: exit code {code}")
            expect(now in (old, new), f"{what}: {now} is there")
            expect(code != 0 or now == new, f"{what}: done, but {now}")
            counts["killed"] += code != 0
            counts["old" if now == old else "new"] += 1
            counts["leftovers"] += len(temporary_folders(self.folder))
            self.age_leftovers()
            old = now
        expect(counts["killed"] > 0, "nothing was killed")
        expect(counts["leftovers"] > 0, "no moment was while it wrote")
        must_run(*self.command("A", ["--force"]))
        expect(not temporary_folders(self.folder), "leftovers stay for ever")
        expect(self.content() == "A", "the last compile")
        print(f"{tries} compiles over an old result, SIGKILL: {counts}")

    @staticmethod
    def tries(count, counts):
        """0, 1, ... count - 1; more as long as no signal has ended anything:
        a compile may have become faster than those that were timed."""
        for i in range(MORE_TRIES * count):
            if i >= count and counts["ended"] > 0:
                return
            yield i

    def kill_first(self):
        counts = {"ended": 0, "old": 0, "new": 0}
        for i in self.tries(KILLS_OF_FIRST, counts):
            os.rename(self.out, self.out + str(i))
            code = self.end("A", signal.SIGKILL)
            now = self.content()
            what = f"first compile {i}"
            expect(code in (0, -signal.SIGKILL), f"{what}: exit code {code}")
            expect(now in ("nothing", "A"), f"{what}: {now} is there")
            expect(code != 0 or now == "A", f"{what}: done, but {now}")
            counts["ended"] += code != 0
            counts["old" if now == "nothing" else "new"] += 1
            if now == "nothing":
                os.rename(self.out + str(i), self.out)
            else:
                must_remove(self.out + str(i))
            self.age_leftovers()
        expect(counts["ended"] > 0, "no first compile was killed")
        must_run(*self.command("A", ["--force"]))
        expect(not temporary_folders(self.folder), "leftovers stay for ever")
        print(f"SIGKILL without an old one: {counts}")

    def catch(self, sent):
        counts = {"ended": 0, "old": 0, "new": 0}
        old = self.content()
        # nohup and the like have it ignored, which the compile would respect.
        before = signal.signal(sent, signal.SIG_DFL)
        for i in self.tries(CATCHES, counts):
            new = "B" if old == "A" else "A"
            code = self.end(new, sent)
            now = self.content()
            expect(code in (0, -sent), f"{sent!r} {i}: exit code {code}")
            expect(now in (old, new), f"{sent!r} {i}: {now} is there")
            expect(not temporary_folders(self.folder),
                   f"{sent!r} {i}: the temporary folder stays")
            counts["ended"] += code != 0
            expect(code != 0 or now == new, f"{sent!r} {i}: done, but {now}")
            counts["old" if now == old else "new"] += 1
            old = now
        signal.signal(sent, before)
        expect(counts["ended"] > 0, f"{sent!r} ended nothing")
        print(f"{sent.name}: {counts}")


def must_remove(folder):
    subprocess.run(["rm", "-r", folder], check=True)


def main():
    with WorkFolder() as folder:
        test = Test(sys.argv[1], folder)
        test.kill_over_old()
        test.kill_first()
        for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            test.catch(sent)
    finish()


if __name__ == "__main__":
    main()
