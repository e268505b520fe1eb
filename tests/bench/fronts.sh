#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Prints how long fronts over all cuts take, for every example model and the given
# ones and three pairs of machines:
#
#   tests/bench/fronts.sh DNNCUT FRONT_BENCH [MODEL.onnx]...
set -eu

dnncut=$1
bench=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for name in $("$dnncut" example | awk 'NR > 1 && NF { print $1 }'); do
  "$dnncut" example "$name" --light -o "$work/$name.onnx" >/dev/null
  set -- "$@" "$work/$name.onnx"
done
for model; do
  name=$(basename "$model" .onnx)
  for pair in "raspberry-pi-4 t4" "jetson-orin-nano t4" \
    "phone-mid server-cpu-16"; do
    device=${pair% *}
    server=${pair#* }
    "$dnncut" compile "$model" --device "$device" --server "$server" --quiet \
      -o "$work/$name, $device, $server" >/dev/null
  done
done
"$bench" "$work"/*,*
