#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Goes from a clean machine to a first cut table: installs what is missing, builds
# dnncut, makes a model (MobileNetV2) and compiles it for a Raspberry Pi 4 and a
# server with a GPU. Takes seconds when everything is installed and built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly build=build/release
readonly model=build/mobilenetv2.onnx
readonly out=build/mobilenetv2

tools/install_dependencies.sh
# dnncut works without ONNX Runtime; the script itself says what is missing.
tools/get_onnxruntime.sh >/dev/null || true

# A new build folder is configured without the tests. One that is there keeps its
# setting.
options=()
[[ -f $build/CMakeCache.txt ]] || options=(-DDNNCUT_TESTS=OFF)
echo "building dnncut; the first time takes some minutes ..." >&2
cmake --preset release --log-level=WARNING "${options[@]}" >/dev/null
# On a terminal Ninja shows its progress in one line. Elsewhere it would print
# hundreds.
quiet=()
[[ -t 1 ]] || quiet=(-- --quiet)
cmake --build --preset release --target dnncut "${quiet[@]}"

readonly dnncut=$build/bin/dnncut
"$dnncut" example mobilenetv2 -o "$model" --force
"$dnncut" compile "$model" --device raspberry-pi-4 --server t4 -o "$out" --force
if [[ $(command -v dnncut) != "$PWD/$dnncut" ]]; then
  echo
  echo "To type just 'dnncut' in this shell:"
  echo "  export PATH=$(printf %q "$PWD/$build/bin"):\$PATH"
fi
