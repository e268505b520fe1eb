#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A compile that is killed leaves the old result or the new one, whole.

    kill_test.py DNNCUT

Stops a compile over an earlier result, with --force, and one into a new folder
after every system call that changes the file system: what is there then is what
a kill would leave. Then kills it at the first and the last call of each kind
and while it reads and waits, and ends it there by signals that can be caught,
after which the temporary folder must be gone as well. Without strace, which
finds the calls, it kills at moments that are spread evenly.
"""

import functools
import os
import shutil
import signal
import subprocess
import sys
import time

from faults import (TwoCompiles, WorkFolder, expect, finish, longest_of,
                    must_run, snapshot, temporary_folders)
from system_calls import (CHANGES, EXIT, Call, Stops, can_trace, first_and_last,
                          is_change, signalled)

CAUGHT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MOMENTS = 60
NOTHING = "nothing"
# Reads the model, and waits for the child that infers shapes.
EARLY = [Call("pread64", 3, "reading"), Call("/^p?poll$", 1, "listening"),
         Call("wait4", 1, "waiting")]
# Not stopped after, see COPIES in system_calls.py.
COPYING = [Call("copy_file_range", 1, "copying"),
           Call("copy_file_range", 20, "copying later")]


def signalled_after(seconds, command, sent):
    with subprocess.Popen(command, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        time.sleep(seconds)
        process.send_signal(sent)
        return process.wait()


class Point:
    """Where a compile is ended: `end` does so with a signal. `before` and
    `after` are the results that may be there, for a signal that arrives before
    the call is made and for one that arrives when it is done."""

    def __init__(self, what, end, before, after):
        self.what = what
        self.end = end
        self.before = before
        self.after = after


class Test(TwoCompiles):
    """A model without weights (--light) has the fewest calls."""

    def __init__(self, dnncut, folder, *flags):
        super().__init__(dnncut, folder, *flags)
        self.copies = {}
        for name in ("A", "B"):
            self.copies[name] = os.path.join(folder, f"copy-{name}")
            must_run(*self.command(name, ["--force"]))
            shutil.copytree(self.out, self.copies[name])
        self.aside = os.path.join(folder, "aside")
        os.mkdir(self.aside)

    def content(self):
        now = snapshot(self.out)
        for name, whole in self.whole.items():
            if now == whole:
                return name
        return NOTHING if now is None else "a mixture"

    def put(self, name):
        """Makes this result the earlier one."""
        shutil.rmtree(self.out, ignore_errors=True)
        if name != NOTHING:
            shutil.copytree(self.copies[name], self.out)

    def look(self, old, new, keep):
        """Looks after every call at what is there; the calls. With `keep`,
        every state of the temporary folder is for remove_leftovers()."""
        self.put(old)
        calls = []
        stops = Stops(self.command(new, ["--force"]), CHANGES)
        there = old
        for call in stops:
            if not is_change(call, self.folder):
                continue
            calls.append(call)
            if call.name.startswith("rename"):
                there = new
            now = self.content()
            expect(now == there, f"{new} over {old}, {call.text}: {now}")
            for i, path in enumerate(temporary_folders(self.folder)):
                if keep:
                    # As long as a name of such a folder is.
                    name = f".out.dnncut-{i:04x}{old == NOTHING:04x}"
                    shutil.copytree(path, os.path.join(
                        self.aside, f"{name}{len(calls):08x}"))
        expect(stops.returncode == 0, f"{new} over {old}: {stops.stderr}")
        created = [call for call in calls if "O_CREAT" in call.text]
        files = [digest for digest in self.whole[new].values() if digest]
        expect(len(created) == len(files),
               f"{len(created)} calls create {len(files)} files")
        expect(len([call for call in calls if call.name.startswith("rename")])
               == 1, "one call puts the result in place")
        print(f"{new} over {old}, stopped after {len(calls)} calls", flush=True)
        return calls

    def points(self, old, new, calls):
        """The `calls`, among them that which puts the result in place, or
        moments."""
        command = self.command(new, ["--force"])
        if calls is None:
            seconds = longest_of(2, lambda: must_run(*command))
            for i in range(MOMENTS):
                moment = seconds * i / MOMENTS
                end = functools.partial(signalled_after, moment, command)
                yield Point(f"{moment} s", end, (old, new), (old, new))
            return
        there = (old,)
        for call in calls:
            before = there
            if call.name.startswith("rename"):
                there = (new,)
            end = functools.partial(signalled, command, call)
            yield Point(call.text, end, before, there)

    def kill(self, old, new, calls):
        counts = {old: 0, new: 0, "leftovers": 0}
        for point in self.points(old, new, calls):
            self.put(old)
            code = point.end(signal.SIGKILL)
            now = self.content()
            what = f"{new} over {old}, SIGKILL at {point.what}"
            expect(now in point.before, f"{what}: {now} is there")
            if calls is None:
                expect(code in (0, -signal.SIGKILL), f"{what}: {code}")
                expect(code != 0 or now == new, f"{what}: done, but {now}")
            else:
                expect(code == -signal.SIGKILL, f"{what}: exit code {code}")
            counts[now] = counts.get(now, 0) + 1
            # Each compile shall begin alike.
            for path in temporary_folders(self.folder):
                counts["leftovers"] += 1
                shutil.move(path, self.aside)
        print(f"{new} over {old}, SIGKILL: {counts}", flush=True)
        expect(counts["leftovers"] > 0, "nothing was killed while it wrote")

    def remove_leftovers(self):
        """One compile removes what all those that were killed have left."""
        names = os.listdir(self.aside)
        for name in names:
            shutil.move(os.path.join(self.aside, name), self.folder)
        for path in temporary_folders(self.folder):
            os.utime(path, (1, 1))  # older than a run that has just begun
        must_run(*self.command("A", ["--force"]))
        expect(not temporary_folders(self.folder), "leftovers stay for ever")
        expect(self.content() == "A", "the last compile")
        print(f"{len(names)} leftovers removed", flush=True)

    def catch(self, old, new, calls):
        """Sends one of the signals at each point, in turn."""
        ended = {sent: 0 for sent in CAUGHT}
        # nohup and the like have it ignored, which the compile would respect.
        handlers = [signal.signal(sent, signal.SIG_DFL) for sent in CAUGHT]
        for i, point in enumerate(self.points(old, new, calls)):
            self.put(old)
            sent = CAUGHT[i % len(CAUGHT)]
            code = point.end(sent)
            now = self.content()
            what = f"{new} over {old}, {sent.name} at {point.what}"
            expect(now in point.after, f"{what}: {now} is there")
            expect(code == -sent or (code == 0 and now == new),
                   f"{what}: exit code {code}, and {now} is there")
            expect(not temporary_folders(self.folder),
                   f"{what}: the temporary folder stays")
            ended[sent] += code != 0
        for sent, handler in zip(CAUGHT, handlers):
            signal.signal(sent, handler)
            expect(ended[sent] > 0 or calls == COPYING,
                   f"{sent.name} ended nothing")
        counts = {sent.name: count for sent, count in ended.items()}
        print(f"{new} over {old}, ended by {counts}", flush=True)


def check_light(test):
    for old, new in (("B", "A"), (NOTHING, "B")):
        calls = test.look(old, new, keep=True) if can_trace() else None
        points = calls and EARLY + first_and_last(calls)
        test.kill(old, new, calls and [*points, Call(EXIT, 1, EXIT)])
        test.catch(old, new, points)
    test.remove_leftovers()


def check_weights(test):
    """Data is copied only where there is some."""
    test.look("B", "A", keep=False)
    test.kill("B", "A", COPYING)
    test.catch("B", "A", COPYING)
    test.remove_leftovers()


def main():
    dnncut = os.path.abspath(sys.argv[1])
    with WorkFolder(in_memory=True) as folder:
        check_light(Test(dnncut, folder, "--light"))
    if can_trace():
        with WorkFolder(in_memory=True) as folder:
            check_weights(Test(dnncut, folder))
    else:
        print("no strace, or no right to trace: killed at moments")
    finish()


if __name__ == "__main__":
    main()
