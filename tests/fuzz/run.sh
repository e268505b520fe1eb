#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the fuzzers (clang-16, AddressSanitizer, UndefinedBehaviorSanitizer)
# and runs each of them:
#
#   tests/fuzz/run.sh                   for ten CPU minutes
#   tests/fuzz/run.sh SECONDS           for so many CPU seconds
#   tests/fuzz/run.sh SECONDS NAME...   only these: model, onnx_structure, ...
#
# Fails when one of them has found something; the input then stands in
# build/fuzz/found. build/fuzz/corpus keeps what has led to new code, and the
# next run starts from it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seconds=${1:-600}
if [[ ! $seconds =~ ^[0-9]+$ ]]; then
  sed -n '4,/^[^#]/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
  exit 2
fi
shift || true

# Whole paths: some targets change the folder that they run in.
build=$(realpath -m "${DNNCUT_FUZZ_BUILD:-build/fuzz}")
cmake --preset fuzz -B "$build" --log-level=WARNING >/dev/null
cmake --build "$build" --target fuzzers

names=("$@")
if ((${#names[@]} == 0)); then
  for source in tests/fuzz/*_fuzz.cc; do
    names+=("$(basename "$source" _fuzz.cc)")
  done
fi

# In memory, and gone at the end also when a fuzzer has crashed.
if [[ -z ${TMPDIR:-} && -d /dev/shm ]]; then
  TMPDIR=/dev/shm
fi
TMPDIR=$(mktemp -d -p "${TMPDIR:-/tmp}" dnncut-fuzz-XXXXXX)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# A quarantine that leaves room below the limit of memory, and short stacks of
# allocations: they cost a tenth of the time.
export ASAN_OPTIONS=quarantine_size_mb=32:malloc_context_size=4:${ASAN_OPTIONS:-}
export UBSAN_OPTIONS=print_stacktrace=1:${UBSAN_OPTIONS:-}

found=$build/found
mkdir -p "$found"

# Runs a target with these flags of libFuzzer besides.
fuzz() {
  "$build/tests/fuzz/${name}_fuzz" -timeout=5 -rss_limit_mb=512 \
    -entropic=0 -artifact_prefix="$found/$name-" "$@" </dev/null
}

# Runs a target for $seconds of the processor's time: libFuzzer counts time on
# the clock, so there may be several runs.
fuzz_for_seconds() {
  local corpus=$build/corpus/$name seeds=$TMPDIR/seeds-$name
  local used=0 user system
  mkdir -p "$corpus" "$seeds"
  "$build/tests/fuzz/${name}_fuzz" --seeds="$seeds"
  : >"$build/$name.log"
  while ((used < seconds)); do
    # What the commands print goes nowhere: close_fd_mask.
    TIMEFORMAT='%U %S'
    { time fuzz -max_total_time=$((seconds - used)) -max_len=65536 \
      -close_fd_mask=3 -print_final_stats=1 "$corpus" "$seeds" \
      >>"$build/$name.log" 2>&1; } 2>"$TMPDIR/time" || return 1
    read -r user system <"$TMPDIR/time"
    used=$((used + ${user%.*} + ${system%.*} + 1))
  done
  echo "$name: $used s, $(grep -c . <(ls "$corpus")) inputs;" \
    "$(grep -E '^#[0-9]+' "$build/$name.log" | tail -1 | tr -s '\t ' ' ')"
}

status=0
for name in "${names[@]}"; do
  if fuzz_for_seconds && ! compgen -G "$found/$name-*" >/dev/null; then
    continue
  fi
  status=1
  echo "$name: found something; see $build/$name.log" >&2
  for input in $(compgen -G "$found/$name-*"); do
    echo "== $input" >&2
    fuzz "$input" 2>&1 >/dev/null | grep -vE '^(INFO|dnncut):' | head -30 >&2
  done
done
exit $status
