#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Without /proc, child processes have their limits all the same.

    without_proc_test.py COMPILER_TEST

Runs the test of a child that wants too much memory where /proc is empty.
"""

import os
import subprocess
import sys

from faults import expect, finish, in_namespace, mount_memory


def main():
    in_namespace()
    mount_memory("/proc", "size=4k")
    expect(not os.listdir("/proc"), "/proc is there")
    done = subprocess.run(
        [sys.argv[1], "--gtest_filter=ChildProcessTest.LimitsMemory"],
        capture_output=True, text=True, check=False)
    expect(done.returncode == 0, done.stdout[-4000:])
    expect("[  PASSED  ]" in done.stdout, "no test has run")
    print(done.stdout.splitlines()[-1])
    finish()


if __name__ == "__main__":
    main()
