#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A model that changes while it is read: an error or one version, no mixture.

    changing_model_test.py DNNCUT

Stops a compile at the system calls that read the model or its external data, or
without strace at random moments, changes that file, and lets the compile go on:
truncated, appended to, rewritten in place (in two
halves at two calls, with the old time set again), replaced by another file,
removed. The compile must not end by a signal; an error is one line and leaves
the earlier result; a success is byte for byte the result of the old version or
of the new one.
"""

import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import time

from faults import (BAD_INPUT, IO, WITHOUT_LEAKS, WorkFolder, error_id, expect, finish,
                    longest_of, must_run, read, snapshot,
                    temporary_folders, write)
from system_calls import Stops, can_trace

SEED = 20240503
# Tries of each change: at so many calls, spread evenly; moments hit less often.
TRUNCATIONS = 20 if can_trace() else 100
OTHERS = 10 if can_trace() else 40
MOST_SECONDS = 10  # of each; a slow build gets fewer moments, never none
# After a copy that is stopped the program may copy again: left out.
READS = ("?open openat pread64 ?read ?lseek ?fstat ?newfstatat ?statx "
         "close").split()


def fields(content, begin, end):
    """The fields of a protobuf message that have a length: number, begin,
    end."""
    def varint():
        nonlocal begin
        value = shift = 0
        while True:
            byte = content[begin]
            begin += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while begin < end:
        tag = varint()
        number = varint()  # the only other kind in these models
        if tag & 7 == 2:
            yield tag >> 3, begin, begin + number
            begin += number


def raw_data(content):
    """Where the weights of an ONNX file lie."""
    path = (7, 5, 9)  # graph, initializer, raw_data
    places = [(0, len(content))]
    for wanted in path:
        places = [(begin, end) for place in places
                  for number, begin, end in fields(content, *place)
                  if number == wanted]
    return places


def other_weights(content, places):
    """The same file with other weights."""
    changed = bytearray(content)
    for begin, end in places:
        for i in range(begin, end, 64):
            changed[i] ^= 0x01
    return bytes(changed)


class Test:
    """The compiles of one model, with `changing` the file that changes."""

    def __init__(self, dnncut, folder, external):
        self.dnncut = dnncut
        self.folder = folder
        self.model = os.path.join(folder, "net.onnx")
        self.out = os.path.join(folder, "out")
        self.earlier = os.path.join(folder, "earlier")
        self.random = random.Random(SEED)
        flags = ["--external-data"] if external else []
        must_run(dnncut, "example", "squeezenet", "-o", self.model, *flags)
        self.changing = self.model + (".data" if external else "")
        must_run(dnncut, "compile", self.model, "-o", self.earlier, "-q",
                 "--max-cuts", "1")
        self.before = snapshot(self.earlier)
        first = read(self.changing)
        places = [(0, len(first))] if external else raw_data(first)
        new = other_weights(first, places)
        self.half = len(new) // 4 * 3
        # The last one is there when a compile begins and ends in between.
        self.versions = [first, new, new[:self.half] + first[self.half:]]
        if can_trace():
            self.prepare()
            self.calls = len(list(self.stops()))
            expect(self.calls > 10, f"only {self.calls} calls read")
        else:
            self.seconds = longest_of(2, self.compile)
        self.whole = []
        for version in self.versions:
            write(self.changing, version)
            self.compile()
            self.whole.append(snapshot(self.out))
        expect(self.whole[0] != self.whole[1] != self.whole[2] != self.whole[0],
               "two versions are the same")

    def command(self):
        return [self.dnncut, "compile", self.model, "-o", self.out, "--force",
                "--quiet"]

    def compile(self):
        must_run(*self.command())

    def truncate(self):
        os.truncate(self.changing,
                    self.random.randrange(len(self.versions[0])))

    def append(self):
        with open(self.changing, "ab") as file:
            file.write(b"garbage" * 1000)

    def rewrite(self, part):
        """Writes one half of the other version; the time stays as it was."""
        status = os.stat(self.changing)
        begin, end = (0, self.half) if part == 0 else (self.half, None)
        with open(self.changing, "r+b") as file:
            file.seek(begin)
            file.write(self.versions[1][begin:end])
        os.utime(self.changing, ns=(status.st_atime_ns, status.st_mtime_ns))

    def replace(self):
        write(self.changing + ".new", self.versions[1])
        os.rename(self.changing + ".new", self.changing)

    def remove(self):
        os.remove(self.changing)

    def prepare(self):
        shutil.rmtree(self.out, ignore_errors=True)
        shutil.copytree(self.earlier, self.out)
        if os.path.exists(self.changing):
            os.remove(self.changing)
        write(self.changing, self.versions[0])

    def stops(self):
        return Stops(self.command(), READS, self.changing)

    def compile_while(self, part, *changes):
        """Runs a compile and one change after the other; its exit code and its
        errors. `part` of the calls, from 0 to 1, are before the first one."""
        self.prepare()
        if not can_trace():
            return self.compile_while_time_goes(*changes)
        stops = self.stops()
        first = round(part * self.calls)
        last = self.random.randint(first, self.calls)
        # Behind call 0: before the first one.
        for i, _ in enumerate(itertools.chain([None], stops)):
            if i == first:
                changes[0]()
            if i == last and len(changes) > 1:
                changes[1]()
        return stops.returncode, stops.stderr

    def compile_while_time_goes(self, *changes):
        """The same at random moments."""
        moments = sorted(self.random.uniform(0, self.seconds) for _ in changes)
        start = time.monotonic()
        with subprocess.Popen(self.command(), stderr=subprocess.PIPE,
                              text=True, env=WITHOUT_LEAKS) as process:
            for moment, change in zip(moments, changes):
                time.sleep(max(0, start + moment - time.monotonic()))
                process.send_signal(signal.SIGSTOP)
                change()
                process.send_signal(signal.SIGCONT)
            stderr = process.communicate()[1]
            return process.returncode, stderr

    def check(self, what, code, stderr):
        """Judges one try; what it came to, in a word."""
        now = snapshot(self.out)
        expect(not temporary_folders(self.folder), f"{what}: leftovers")
        if code == 0:
            expect(now in self.whole, f"{what}: a mixture is there")
            words = ("old", "new", "half rewritten")
            return words[self.whole.index(now)] if now in self.whole else "bad"
        expect(code in (IO, BAD_INPUT), f"{what}: exit code {code}: {stderr}")
        expect(now == self.before, f"{what}: the earlier result is not whole")
        return error_id(stderr)

    def repeat(self, what, tries, *changes):
        if not can_trace():
            tries = min(tries, max(5, int(MOST_SECONDS / self.seconds)))
        counts = {}
        for i in range(tries):
            code, stderr = self.compile_while(i / (tries - 1), *changes)
            end = self.check(f"{what} {i}", code, stderr)
            counts[end] = counts.get(end, 0) + 1
        print(f"{tries} times {os.path.basename(self.changing)} {what}: "
              f"{dict(sorted(counts.items()))}", flush=True)
        return counts

    def all(self):
        self.repeat("truncated", TRUNCATIONS, self.truncate)
        self.repeat("appended to", OTHERS, self.append)
        counts = self.repeat("rewritten in place", OTHERS,
                             lambda: self.rewrite(0), lambda: self.rewrite(1))
        expect(counts.get("E607", 0) > 0, "nobody noticed a rewritten file")
        counts = self.repeat("replaced", OTHERS, self.replace)
        if can_trace():
            expect({"old", "new", "E607"} <= set(counts),
                   "a new file before, while and after the old one is read")
        self.repeat("removed", OTHERS, self.remove)


def main():
    dnncut = sys.argv[1]
    for external in (False, True):
        with WorkFolder(in_memory=True) as folder:
            Test(dnncut, folder, external).all()
    finish()


if __name__ == "__main__":
    main()
