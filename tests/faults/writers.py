# SPDX-License-Identifier: Apache-2.0
"""Every command that writes a file under a name of the user's."""

import os
import subprocess

from faults import must_run, run

class Writers:
    """Makes in `folder` what the commands read, and says how they write."""

    def __init__(self, dnncut, folder):
        self.dnncut = dnncut
        self.folder = folder
        self.model = os.path.join(folder, "net.onnx")
        self.result = os.path.join(folder, "result")
        self.other = os.path.join(folder, "other")
        self.pinned = os.path.join(folder, "pinned")
        self.profile = os.path.join(folder, "one.json")
        must_run(dnncut, "example", "squeezenet", "--light", "-o", self.model)
        must_run(dnncut, "compile", self.model, "-o", self.result, "-q")
        must_run(dnncut, "compile", self.model, "-o", self.other, "-q",
                 "--rtt", "40ms")
        # One cut, whose halves are soon run.
        must_run(dnncut, "compile", self.model, "-o", self.pinned, "-q",
                 "--pin-device", "*")
        # Needs ONNX Runtime.
        self.can_run = run(dnncut, "profile", self.model, "-o", self.profile,
                           "--runs", "1", "--warm-up", "0", "--threads",
                           "1").returncode == 0

    def of_files(self):
        """(name, arguments for a file): all replace an old file."""
        dnncut, result = self.dnncut, self.result
        yield "example", lambda file: [dnncut, "example", "squeezenet",
                                       "--light", "-o", file, "--force"]
        for flag in ("--dot", "--trace", "--model-explorer"):
            yield f"explain {flag}", lambda file, flag=flag: [
                dnncut, "explain", result, flag, file, "--force"]
        for flag in ("--junit", "--sarif", "--github-summary"):
            yield f"check {flag}", lambda file, flag=flag: [
                dnncut, "check", result, flag, file]
        for flag in ("--junit", "--markdown"):
            yield f"diff {flag}", lambda file, flag=flag: [
                dnncut, "diff", result, self.other, flag, file]
        if self.can_run:
            yield "profile", lambda file: [
                dnncut, "profile", self.model, "-o", file, "--runs", "1",
                "--warm-up", "0", "--threads", "1", "--force"]
            yield "fit", lambda file: [dnncut, "fit", self.profile, "-o", file,
                                       "--force"]

    def of_folders(self):
        """(name, arguments for a folder), an old one of which is replaced."""
        yield "compile", lambda out: [self.dnncut, "compile", self.model, "-o",
                                      out, "-q", "--force"]
        if self.can_run:
            yield "refine", lambda out: [
                self.dnncut, "refine", self.pinned, "--as", "both", "-o", out,
                "--model", self.model, "--runs", "1", "--warm-up", "0",
                "--probes", "0", "--max-rounds", "1", "-q", "--force"]


def run_in(command, folder):
    return subprocess.run(command, capture_output=True, text=True, check=False,
                          cwd=folder)
