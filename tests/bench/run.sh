#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs every benchmark and prints ratios:
#
#   tests/bench/run.sh [BUILD_FOLDER] [WORK_FOLDER]
#
# The build is made with -DDNNCUT_BENCH=ON. WORK_FOLDER, by default the system's
# temporary one, takes the large models: 32 GB for all of them; what does not
# fit is skipped.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build/bench}
work=${2:-${TMPDIR:-/tmp}}
bench=$root/tests/bench

cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DDNNCUT_BENCH=ON >/dev/null
cmake --build "$build" --target dnncut decision_bench \
  firmware_lookup_bench import_bench front_bench >/dev/null
dnncut=$build/bin/dnncut

results=$(mktemp -d "$work/dnncut_bench_XXXXXX")
trap 'rm -rf "$results"' EXIT

"$build/tests/bench/decision_bench" --benchmark_out="$results/decisions.json" \
  --benchmark_out_format=json --benchmark_min_time=0.2 >/dev/null 2>&1
"$build/tests/bench/firmware_lookup_bench" \
  --benchmark_out="$results/firmware.json" --benchmark_out_format=json \
  --benchmark_min_time=0.2 >/dev/null 2>&1

"$build/tests/bench/import_bench"

set -- "$results/decisions.json" "$results/firmware.json"
if python3 -c 'import networkx' 2>/dev/null; then
  "$dnncut" example densenet121 --light -o "$results/densenet121.onnx" \
    >/dev/null
  "$dnncut" compile "$results/densenet121.onnx" -o "$results/out" >/dev/null
  python3 -B "$bench/networkx_min_cut.py" "$results/out" >"$results/networkx.json"
  set -- "$@" "$results/networkx.json"
else
  echo "networkx is missing (python3-networkx): not compared with it"
fi
python3 "$bench/ratios.py" "$@"

echo
"$bench/fronts.sh" "$dnncut" "$build/tests/bench/front_bench"

failed=0
echo
echo "compile against cp, sync and openssl dgst -sha256 of what it writes"
python3 "$bench/weights_bench.py" "$dnncut" 1 --work "$work" || failed=1
python3 "$bench/weights_bench.py" "$dnncut" 6 --external --work "$work" \
  || failed=1
exit $failed
