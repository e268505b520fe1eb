#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up what ctest and the test programs wrote.

    summary.py BUILD_FOLDER...

Reads BUILD_FOLDER/test_results: ctest.xml is ctest's own account
(--output-junit), NAME.xml that of the cases of ctest's test NAME when it is a
program of GoogleTest's. Such a test counts as its cases, any other as one; one
that ended before it wrote its account, in a crash or by a time limit, counts as
one that failed. Prints every skipped case with its reason, the slowest ten, the
failed ones, and as the last line how many passed, failed and were skipped.
"""

import os
import sys
import xml.etree.ElementTree as xml

SLOWEST = 10


class Case:
    def __init__(self, build, name, seconds, outcome, reason=""):
        self.name = f"{os.path.basename(build)}: {name}"
        self.seconds = seconds
        self.outcome = outcome  # "passed", "failed" or "skipped"
        self.reason = reason


def program_cases(build, path):
    """The cases of one test program."""
    for suite in xml.parse(path).getroot():
        for case in suite:
            name = f"{suite.get('name')}.{case.get('name')}"
            skipped = case.find("skipped")
            outcome, reason = "passed", ""
            if case.find("failure") is not None:
                outcome = "failed"
            elif skipped is not None:
                outcome = "skipped"
                # The first line is where in the source.
                reason = skipped.get("message", "").split("\n", 1)[-1]
            elif case.get("status") != "run":
                outcome, reason = "skipped", "disabled"
            yield Case(build, name, float(case.get("time")), outcome, reason)


def ctest_case(build, test):
    """A test of ctest's that has no cases."""
    outcome = {"run": "passed", "fail": "failed"}.get(test.get("status"),
                                                      "skipped")
    # What it says last is why it does not run.
    said = (test.findtext("system-out") or "").strip().splitlines()
    reason = ""
    if outcome == "skipped":
        skipped = test.find("skipped")
        reason = said[-1].removeprefix("skipped: ") if said else "" if skipped is None else skipped.get(
            "message", "")
        # ctest calls a program that is not there "notrun", too.
        if test.get("status") == "notrun" and "SKIP_" not in (
                "" if skipped is None else skipped.get("message", "")):
            outcome = "failed"
    return Case(build, test.get("name"), float(test.get("time") or 0), outcome,
                reason)


def build_cases(build):
    results = os.path.join(build, "test_results")
    for test in xml.parse(os.path.join(results, "ctest.xml")).iter("testcase"):
        path = os.path.join(results, test.get("name") + ".xml")
        cases = []
        if os.path.exists(path):
            cases = list(program_cases(build, path))
        yield from cases
        failed = any(case.outcome == "failed" for case in cases)
        if not cases or (test.get("status") == "fail" and not failed):
            yield ctest_case(build, test)


def main():
    cases = [case for build in sys.argv[1:] for case in build_cases(build)]
    by_outcome = {outcome: [case for case in cases if case.outcome == outcome]
                  for outcome in ("passed", "failed", "skipped")}
    for case in by_outcome["skipped"]:
        print(f"skipped {case.name}: {' '.join(case.reason.split())}")
    for case in sorted(cases, key=lambda case: -case.seconds)[:SLOWEST]:
        print(f"{case.seconds:8.1f} s {case.name}")
    for case in by_outcome["failed"]:
        print(f"FAILED {case.name}")
    print(", ".join(f"{len(found)} {outcome}"
                    for outcome, found in by_outcome.items()))


if __name__ == "__main__":
    main()
