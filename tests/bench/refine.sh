#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compares predicted with measured times on this machine. Profiles example models
# with one thread as the device and with two as the server, compiles, verifies and
# refines them, and prints what "dnncut refine" says.
#
#   tests/bench/refine.sh [MODEL...]     default: those of README.md
#
# $DNNCUT is the program, by default that of build/release.
set -euo pipefail

dnncut=${DNNCUT:-$(dirname "${BASH_SOURCE[0]}")/../../build/release/bin/dnncut}
dnncut=$(realpath "$dnncut")
[[ $# -gt 0 ]] || set -- resnet50 mobilenetv2 unet bert-base

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for model in "$@"; do
  echo "== $model"
  "$dnncut" example "$model" -o "$model.onnx" >/dev/null
  for threads in 1 2; do
    "$dnncut" profile "$model.onnx" -o "$model.$threads.json" \
      --threads "$threads" --quiet
  done
  "$dnncut" compile "$model.onnx" -o "$model" --device "$model.1.json" \
    --server "$model.2.json" --quiet
  "$dnncut" verify "$model" | tail -n 1
  "$dnncut" refine "$model" --in-place
  rm -rf "$model" "$model.onnx"
done
