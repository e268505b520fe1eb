#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# From a clean machine to a cut table: installs what is missing, builds dnncut,
# makes a real model and compiles it for a Raspberry Pi 4 and a GPU server. Quick
# when nothing is to be done.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly build=build/release
readonly model=build/mobilenetv2.onnx
readonly out=build/mobilenetv2

tools/install_dependencies.sh
# Works without; the script says what is missing.
tools/get_onnxruntime.sh >/dev/null || true

# The tests are left as they are in a folder that is configured already.
options=()
[[ -f $build/CMakeCache.txt ]] || options=(-DDNNCUT_TESTS=OFF)
echo "building dnncut; the first time takes some minutes ..." >&2
cmake --preset release --log-level=WARNING "${options[@]}" >/dev/null
# On a terminal Ninja shows its progress in one line, elsewhere in hundreds.
quiet=()
[[ -t 1 ]] || quiet=(-- --quiet)
cmake --build --preset release --target dnncut "${quiet[@]}"

readonly dnncut=$build/bin/dnncut
"$dnncut" example mobilenetv2 -o "$model" --force
"$dnncut" compile "$model" --device raspberry-pi-4 --server t4 -o "$out" --force
