#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Standard streams that are full, closed, or that nobody reads.

    streams_test.py DNNCUT

A result that cannot be printed is an error (E690). A message that cannot be is
none: the exit code is what it would be. Nothing is ever written into a file
that took the number of a closed stream. Where nobody reads, the program ends
by SIGPIPE as others do, and by E690 where that signal is ignored.
"""

import os
import signal
import subprocess
import sys

from faults import (IO, WorkFolder, error_id, expect, finish, must_run, run,
                    snapshot, temporary_folders)


class Test:
    def __init__(self, dnncut, folder):
        self.dnncut = dnncut
        self.folder = folder
        self.model = os.path.join(folder, "net.onnx")
        self.result = os.path.join(folder, "result")
        must_run(dnncut, "example", "squeezenet", "-o", self.model)
        must_run(dnncut, "compile", self.model, "-o", self.result, "-q")

    def printing(self):
        """Commands that print a result."""
        yield ["--help"]
        yield ["compile", "--help"]
        yield ["--version"]
        yield ["machines"]
        yield ["example"]
        yield ["example", "alexnet", "--light", "--json", "--force", "-o",
               os.path.join(self.folder, "alexnet.onnx")]
        for flags in ([], ["--json"]):
            yield ["inspect", self.model, *flags]
            yield ["lookup", self.result, "--bandwidth", "5Mbps", *flags]
            yield ["solve", self.result, "--bandwidth", "5Mbps", *flags]
            yield ["explain", self.result, *flags]
            yield ["check", self.result, *flags]
            yield ["diff", self.result, self.result, *flags]
            yield ["verify", self.result, "--structural", *flags]
            yield ["compile", self.model, "-o",
                   os.path.join(self.folder, "out"), "--force", *flags]
        yield ["explain", self.result, "--dot", "-"]
        yield ["diff", self.result, self.result, "--markdown", "-"]

    def shell(self, redirection, *arguments, before=""):
        return subprocess.run(
            ["bash", "-c", f'{before} exec "$@" {redirection}', "bash",
             self.dnncut, *arguments], capture_output=True, text=True,
            check=False, cwd=self.folder)

    def unprintable_results(self):
        count = 0
        for arguments in self.printing():
            for redirection in (">/dev/full", ">&-"):
                done = self.shell(redirection, *arguments)
                what = f"{' '.join(arguments)} {redirection}"
                expect(done.returncode == IO, f"{what}: {done.returncode}")
                expect(error_id(done.stderr) == "E690", f"{what}")
                count += 1
        # What was to be written is there.
        must_run(self.dnncut, "check", os.path.join(self.folder, "out"))
        print(f"{count} results that could not be printed")

    def unprintable_messages(self):
        """Errors, warnings, progress and results."""
        commands = [["lookup", "nowhere", "--bandwidth", "1Mbps"],
                    ["compile", "--no-such-flag"],
                    ["compile", self.model, "-o", "out", "--force", "-v",
                     "--fill", "roofline"],
                    ["inspect", self.model]]
        for arguments in commands:
            expected = run(self.dnncut, *arguments, cwd=self.folder)
            for redirection in ("2>/dev/full", "2>&-"):
                done = self.shell(redirection, *arguments)
                what = f"{' '.join(arguments)} {redirection}"
                expect(done.returncode == expected.returncode,
                       f"{what}: {done.returncode}")
                expect("dnncut: " not in done.stdout, what)
        print(f"{2 * len(commands)} messages that could not be printed")

    def closed_streams(self):
        """With all three closed, the first files get their numbers."""
        arguments = ["compile", self.model, "-o", "closed", "-v", "--force",
                     "--fill", "roofline"]
        out = os.path.join(self.folder, "closed")
        must_run(self.dnncut, *arguments, cwd=self.folder)
        whole = snapshot(out)
        done = self.shell("<&- >&- 2>&-", *arguments)
        expect(done.returncode == IO, f"all closed: {done.returncode}")
        expect(snapshot(out) == whole, "all closed: other bytes")
        expect(not temporary_folders(self.folder, "closed"), "leftovers")

    def gone_reader(self):
        for arguments in (["machines"], ["inspect", self.model, "--json"]):
            ends = set()
            for before in ("", "trap '' PIPE;"):
                reader, writer = os.pipe()
                os.close(reader)
                with subprocess.Popen(
                        ["bash", "-c", f'{before} exec "$@"', "bash",
                         self.dnncut, *arguments], stdout=writer,
                        stderr=subprocess.PIPE, text=True) as process:
                    os.close(writer)
                    stderr = process.communicate()[1]
                ends.add((process.returncode, stderr.count("error[E690]")))
            expect(ends == {(-signal.SIGPIPE, 0), (IO, 1)},
                   f"{arguments}: {ends}")


def main():
    with WorkFolder() as folder:
        test = Test(os.path.abspath(sys.argv[1]), folder)
        test.unprintable_results()
        test.unprintable_messages()
        test.closed_streams()
        test.gone_reader()
    finish()


if __name__ == "__main__":
    main()
