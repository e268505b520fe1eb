#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Opens report.html in a real browser: headless Chromium, without a network.

    report_chromium.py DNNCUT [FOLDER]

Exits with 77 without Chromium. With FOLDER, screenshots in light and dark, wide
and narrow, and a PDF are left there, to be looked at.
"""

import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

MODELS = [("squeezenet", []), ("alexnet", []),
          ("squeezenet", ["--min-bandwidth", "5Mbps", "--max-bandwidth",
                          "5Mbps"])]


class Page(html.parser.HTMLParser):
    """Elements by id: their attributes and text; and all rows of tables."""

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.ids = {}
        self.cells = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in ("meta", "link", "input"):
            self.open.append(attributes.get("id"))
        if "id" in attributes:
            self.ids[attributes["id"]] = {**attributes, "text": ""}
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag):
        self.open.pop()

    def handle_data(self, data):
        for name in self.open:
            if name:
                self.ids[name]["text"] += data
        if self.cells:
            self.cells[-1] += data


class Browser:

    def __init__(self, program, scratch):
        self.program = program
        self.scratch = scratch

    def run(self, address, *flags, expected=None):
        """Standard output; fails when the page complains on the console
        of anything but what is `expected`."""
        profile = tempfile.mkdtemp(dir=self.scratch)
        command = [
            self.program, "--headless", "--no-sandbox", "--disable-gpu",
            "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--user-data-dir=" + profile, "--virtual-time-budget=2000",
            "--enable-logging=stderr", *flags, address]
        done = subprocess.run(command, capture_output=True, timeout=240)
        shutil.rmtree(profile, ignore_errors=True)
        log = done.stderr.decode(errors="replace")
        assert done.returncode == 0, log
        complaints = [line for line in log.splitlines() if "CONSOLE" in line]
        if expected:
            assert any(expected in line for line in complaints), log
        else:
            assert not complaints, complaints
        return done.stdout.decode()

    def page(self, address, *flags):
        return Page(self.run(address, "--dump-dom", *flags))


def milliseconds(ns, decimals):
    """Rounded half up."""
    scaled = (2 * ns * 10**decimals + 10**6) // (2 * 10**6)
    return f"{scaled // 10**decimals}.{scaled % 10**decimals:0{decimals}}"


def check_answer(browser, address, table, row, kbps):
    """The slider's answer at `kbps` is what the table says of its row."""
    page = browser.page(f"{address}#kbps={kbps}")
    at_min = kbps == row["min_kbps"]
    ns = row["latency_ns_at_min" if at_min else "latency_ns_at_max"]
    picked = page.ids["picked"]["text"]
    decimals = json.loads(page.ids["data"]["text"])["decimals"]
    assert f"cut {row['cut']} takes {milliseconds(ns, decimals)} ms" in picked, \
        (picked, row)
    assert "hidden" not in page.ids["picker"]
    assert page.ids["slider"]["aria-valuetext"].endswith(f"cut {row['cut']}")
    assert page.ids["kbps"]["max"] == str(table["rows"][-1]["max_kbps"])
    assert page.ids["graph-cut"]["text"] == f"cut {row['cut']}"
    sides = {value["class"] for name, value in page.ids.items()
             if re.fullmatch(r"group-\d+", name)}
    cut = table["cuts"][row["cut"]]
    assert ("node server" in sides) == (cut["server_layers"] > 0), sides
    crossing = [name for name, value in page.ids.items()
                if re.fullmatch(r"edge-\d+", name)
                and "crossing" in value["class"]]
    assert bool(crossing) == (cut["server_layers"] > 0), crossing


def check_what_if(browser, address, table):
    """Another round trip, another size of the input: the least of all cuts."""
    rtt_ns, kbps, sent = 70_000_000, 5000, 20_000
    input_bytes = {tensor["name"]: tensor["bytes"]
                   for tensor in table["model"]["inputs"]}
    assert len(input_bytes) == 1
    latencies = []
    for cut in table["cuts"]:
        ns = cut["device_ns"] + cut["server_ns"]
        bytes_ = cut["upload_bytes"] + cut["download_bytes"]
        if cut["server_layers"] > 0:
            ns += rtt_ns
        bytes_ += sum(sent - input_bytes[tensor["name"]]
                      for tensor in cut["tensors"]
                      if tensor["name"] in input_bytes)
        latencies.append(ns + (16_000_000 * bytes_ + kbps) // (2 * kbps))
    best = latencies.index(min(latencies))
    page = browser.page(f"{address}#kbps={kbps}&rtt=70&input-0={sent}")
    picked = page.ids["picked"]["text"]
    decimals = json.loads(page.ids["data"]["text"])["decimals"]
    assert (f"and a round trip of 70 ms: cut {best} takes "
            f"{milliseconds(latencies[best], decimals)} ms") in picked, \
        (picked, latencies)
    note = page.ids["what-if-note"]
    assert "hidden" not in note
    for flag in ("--rtt 70ms", f"--input-bytes {list(input_bytes)[0]}={sent}B"):
        assert flag in note["text"], note
    # A longer round trip alone is exact.
    page = browser.page(f"{address}#kbps={kbps}&rtt=70")
    assert "--rtt" not in page.ids["what-if-note"]["text"]
    page = browser.page(f"{address}#kbps={kbps}")
    assert "hidden" in page.ids["what-if-note"]


# Shows a page in a frame of %d pixels, and says how wide its parts are, and how
# wide what is in them.
WIDTHS = """<!DOCTYPE html><meta charset="utf-8">
<iframe width="%d" height="900"></iframe>
<pre id="widths"></pre>
<script>
const frame = document.querySelector("iframe");
frame.addEventListener("load", () => {
  const widths = {};
  const root = frame.contentDocument.documentElement;
  widths.page = [root.clientWidth, root.scrollWidth];
  for (const part of frame.contentDocument.querySelectorAll(".scroll"))
    if (part.querySelector("table"))
      widths[part.getAttribute("aria-labelledby")] =
          [part.clientWidth, part.scrollWidth];
  document.getElementById("widths").textContent = JSON.stringify(widths);
});
frame.srcdoc = %s;
</script>"""


def check_widths(browser, address):
    """No table is clipped, on a laptop or on a phone."""
    with open(address.removeprefix("file://"), encoding="utf-8") as file:
        text = file.read()
    for width in (1280, 390):
        frame = os.path.join(browser.scratch, "widths.html")
        with open(frame, "w", encoding="utf-8") as file:
            file.write(WIDTHS % (width,
                                 json.dumps(text).replace("<", "\\u003c")))
        page = browser.page("file://" + frame)
        widths = json.loads(page.ids["widths"]["text"])
        assert {"rows", "cuts", "groups"} < set(widths), widths
        for name, (has, needs) in widths.items():
            assert has > 100 and needs <= has, (width, name, widths)


# Shows a page in a frame that may run no scripts, and says how large its parts
# are on the screen; 0: not to be seen.
FRAME = """<!DOCTYPE html><meta charset="utf-8">
<iframe sandbox="allow-same-origin" width="1240" height="900"></iframe>
<pre id="sizes"></pre>
<script>
const frame = document.querySelector("iframe");
frame.addEventListener("load", () => {
  const sizes = {};
  for (const part of frame.contentDocument.querySelectorAll("[id]"))
    sizes[part.id] = Math.round(part.getBoundingClientRect().height);
  document.getElementById("sizes").textContent = JSON.stringify(sizes);
});
frame.srcdoc = %s;
</script>"""


def check_without_script(browser, address, table):
    """What is seen in a frame that may run no scripts, and the file."""
    with open(address.removeprefix("file://"), encoding="utf-8") as file:
        text = file.read()
    frame = os.path.join(browser.scratch, "frame.html")
    with open(frame, "w", encoding="utf-8") as file:
        # Nothing in the text may end the script.
        file.write(FRAME % json.dumps(text).replace("<", "\\u003c"))
    shown = browser.run("file://" + frame, "--dump-dom",
                        expected="Blocked script execution")
    sizes = json.loads(Page(shown).ids["sizes"]["text"])
    assert sizes["picker"] == 0, sizes
    for name in ("latency-chart", "graph", "group-0", "reproduce", "warnings"):
        assert sizes[name] > 10, (name, sizes)
    page = Page(text)
    for row in table["rows"]:
        assert str(row["cut"]) in page.cells
    for cut in table["cuts"]:
        for tensor in cut["tensors"]:
            assert tensor["name"] in page.cells, tensor


def take_pictures(browser, address, folder, name):
    for theme, value in (("light", 1), ("dark", 0)):
        for width in (500, 1280):
            browser.run(
                address, f"--window-size={width},4000",
                f"--blink-settings=preferredColorScheme={value}",
                f"--screenshot={folder}/{name}-{theme}-{width}.png")


def check_print(browser, address, folder, name):
    path = os.path.join(folder, name + ".pdf")
    browser.run(address, "--no-pdf-header-footer", "--print-to-pdf=" + path)
    with open(path, "rb") as file:
        assert file.read(5) == b"%PDF-"


def main():
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser_path:
        print("chromium: none, the report is not opened")
        return 77
    dnncut = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        folder = sys.argv[2] if len(sys.argv) > 2 else scratch
        os.makedirs(folder, exist_ok=True)
        browser = Browser(browser_path, scratch)
        for number, (model, flags) in enumerate(MODELS):
            name = f"{number}-{model}"
            onnx = os.path.join(scratch, name + ".onnx")
            out = os.path.join(scratch, name)
            subprocess.run([dnncut, "example", model, "--light", "-o", onnx],
                           check=True, capture_output=True)
            subprocess.run([dnncut, "compile", onnx, "-o", out, "-q", *flags],
                           check=True)
            with open(os.path.join(out, "table.json"), encoding="utf-8") as f:
                table = json.load(f)
            address = "file://" + os.path.join(out, "report.html")
            middle = table["rows"][len(table["rows"]) // 2]
            check_answer(browser, address, table, middle, middle["min_kbps"])
            last = table["rows"][-1]
            check_answer(browser, address, table, last, last["max_kbps"])
            check_without_script(browser, address, table)
            check_widths(browser, address)
            if len(table["rows"]) > 1:
                check_what_if(browser, address, table)
            check_print(browser, address, folder, name)
            if folder != scratch:
                take_pictures(browser, address, folder, name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
