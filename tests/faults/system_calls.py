# SPDX-License-Identifier: Apache-2.0
"""Stops a program at its system calls, or ends it at one, with strace.

A call is known by its name and its number among those of that name in the first
process of the program: the same command makes the same calls, so that the calls
of one run say where the next one can be met.
"""

import collections
import functools
import os
import re
import signal
import subprocess

from faults import WITHOUT_LEAKS

# Calls that change what is in a file system, or make it last. Not every machine
# has those with a question mark.
CHANGES = ("?mkdir mkdirat ?open openat ?creat pwrite64 pwritev ftruncate "
           "fallocate ?rename ?renameat renameat2 ?link linkat ?symlink "
           "symlinkat ?unlink unlinkat ?rmdir ?chmod fchmod fchmodat utimensat "
           "fsync fdatasync sync_file_range").split()
# These do, too, but begin again after a stop, and would be stopped for ever.
COPIES = ["copy_file_range", "sendfile"]
# A program without threads makes it once, at its end.
EXIT = "exit_group"

Call = collections.namedtuple("Call", "name number text")


def strace(log, names, *more):
    return ["strace", "-o", log, "-y", "-e", "trace=" + ",".join(names), *more]


@functools.cache
def can_trace():
    """Is there an strace that may trace, and does its signal arrive?"""
    command = strace(os.devnull, [EXIT], "-e",
                     f"inject={EXIT}:signal=KILL:when=1", "true")
    try:
        done = subprocess.run(command, check=False, capture_output=True)
    except FileNotFoundError:
        return False
    return done.returncode == -signal.SIGKILL


class Stops:
    """Runs `command` and stops it as soon as each of the calls `names` is done;
    only those that have to do with the file `path`, if there is one. Iterating
    gives the calls; the program goes on with the next step. Then `returncode`
    and `stderr` are there."""

    def __init__(self, command, names, path=None):
        self.command = command
        self.options = ["-e", f"inject={','.join(names)}:signal=STOP"]
        if path:
            self.options += ["-P", path]
        self.names = names
        self.returncode = self.stderr = None

    def __iter__(self):
        reader, writer = os.pipe()
        # The program stays the child of this process (-D), which lets it go on.
        traced = strace(f"/dev/fd/{writer}", self.names, "-D", *self.options,
                        *self.command)
        with subprocess.Popen(
                traced, env=WITHOUT_LEAKS, pass_fds=[writer],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                text=True) as process, open(reader, errors="replace") as log:
            os.close(writer)
            numbers = collections.Counter()
            call = None
            for line in log:
                match = re.match(r"([a-z0-9_]+)\(", line)
                if match:
                    numbers[match[1]] += 1
                    call = Call(match[1], numbers[match[1]], line.strip())
                elif "stopped by SIGSTOP" in line:
                    yield call
                    process.send_signal(signal.SIGCONT)
            self.stderr = process.communicate()[1]
            self.returncode = process.returncode


def is_change(call, folder):
    """Does this call change something in `folder`?"""
    reads = call.name.startswith("open") and "O_CREAT" not in call.text
    return folder in call.text and not reads


def first_and_last(calls):
    """Of each name, in the order of `calls`."""
    of_name = {}
    for call in calls:
        of_name.setdefault(call.name, []).append(call)
    kept = [call for group in of_name.values() for call in (group[0], group[-1])]
    return [call for call in calls if call in kept]


def signalled(command, call, sent):
    """Runs `command` and sends it a signal as it makes `call`, which SIGKILL
    leaves undone; others arrive when it is done. The exit code."""
    short = signal.Signals(sent).name.removeprefix("SIG")
    inject = f"inject={call.name}:signal={short}:when={call.number}"
    traced = strace(os.devnull, [call.name], "-e", inject, *command)
    return subprocess.run(traced, check=False, env=WITHOUT_LEAKS,
                          stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode
