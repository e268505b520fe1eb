#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the reports of `dnncut check` with other people's parsers.

    reports_test.py DNNCUT
"""

import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

# Markup, quotes, an escape sequence and U+FFFF, which XML cannot have.
HOSTILE = "a<b>&\"'`|[x](y)]]>\x1b[31m\uffff"
BROKEN_UTF8 = b"out\xff<&"


def run(dnncut, *arguments, code=0):
    done = subprocess.run([dnncut, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    assert done.returncode == code, (arguments, done)
    return done.stdout


def make_result(dnncut):
    run(dnncut, "example", "squeezenet", "--light", "-o", "net.onnx")
    run(dnncut, "compile", "net.onnx", "-o", "out", "-q")
    with open("out/table.json", encoding="utf-8") as file:
        table = json.load(file)
    table["model"]["file"] = HOSTILE
    for cut in table["cuts"]:
        for tensor in cut["tensors"]:
            tensor["name"] = HOSTILE
    with open("out/table.json", "w", encoding="utf-8") as file:
        json.dump(table, file)
    os.rename(b"out", BROKEN_UTF8)


def check_junit(text):
    suites = ET.fromstring(text)
    assert suites.tag == "testsuites"
    (suite,) = suites
    assert suite.tag == "testsuite" and "a<b>&" in suite.get("name")
    cases = list(suite)
    assert all(case.tag == "testcase" for case in cases)
    names = [case.get("name") for case in cases]
    assert len(set(names)) == len(names) and "upload@10Gbps<=1" in names
    for counted, tag in (("tests", None), ("failures", "failure"),
                         ("errors", "error"), ("skipped", "skipped")):
        found = [case for case in cases
                 if tag is None or case.find(tag) is not None]
        assert int(suite.get(counted)) == len(found), counted
        assert suites.get(counted) == suite.get(counted), counted
    failure = cases[names.index("upload@10Gbps<=1")].find("failure")
    assert failure.get("type") == "budget-upload"
    assert failure.get("message") == failure.text
    assert "a<b>&\"'`|[x](y)]]>\\x1b[31m" in failure.text


def check_sarif(text):
    sarif = json.loads(text)
    assert sarif["version"] == "2.1.0" and "sarif" in sarif["$schema"]
    (one_run,) = sarif["runs"]
    driver = one_run["tool"]["driver"]
    assert driver["name"] == "dnncut"
    rules = [rule["id"] for rule in driver["rules"]]
    assert len(set(rules)) == len(rules) and "result-table" in rules
    for rule in driver["rules"]:
        for text in ("shortDescription", "fullDescription", "help"):
            assert rule[text]["text"], (rule, text)
    prints = set()
    for result in one_run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] == "error" and result["message"]["text"]
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == "out%FF%3C%26/table.json", uri
        prints.add(result["partialFingerprints"]["primaryLocationLineHash"])
    assert len(prints) == len(one_run["results"]) >= 2


def check_summary(text):
    assert len(text) < 1 << 20
    lines = text.decode("utf-8").splitlines()
    assert lines[0].startswith("### ")
    for line in lines:
        left = line.replace("<details><summary>", "")
        left = left.replace("</summary>", "").replace("</details>", "")
        assert "<" not in left and "`" not in left, line
        if line.startswith("|") and "bandwidth" not in line:
            assert line.count("|") in (4, 7), line
    assert text.count(b"<details>") == text.count(b"</details>") == 2


def check_json(text):
    report = json.loads(text)
    assert report["schema"] == "dnncut.check/1" and report["passed"] is False
    statuses = {item["name"]: item["status"] for item in report["items"]}
    assert statuses["upload@10Gbps<=1"] == "failed"
    assert statuses["cuts<=100"] == "passed"


def main():
    dnncut = os.path.abspath(sys.argv[1])
    reports = ["junit.xml", "check.sarif", "summary.md"]
    command = ["check", BROKEN_UTF8, "--budget", "upload@10Gbps<=1",
               "--budget", "cuts<=100", "--json", "--junit", reports[0],
               "--sarif", reports[1], "--github-summary", reports[2]]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make_result(dnncut)
        runs = []
        for _ in range(2):
            stdout = run(dnncut, *command, code=4)
            texts = [open(name, "rb").read() for name in reports]
            os.remove(reports[2])
            runs.append([stdout, *texts])
        os.chdir("/")
    assert runs[0] == runs[1], "the same result, other reports"
    check_json(runs[0][0])
    check_junit(runs[0][1])
    check_sarif(runs[0][2])
    check_summary(runs[0][3])
    print("4 reports read")


if __name__ == "__main__":
    main()
