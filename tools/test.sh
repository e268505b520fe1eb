#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what is missing, builds dnncut and runs every test. Then it builds again
# with AddressSanitizer and UndefinedBehaviorSanitizer and runs the tests in which
# these can find something. At the end it prints what was skipped, what failed, and
# how long everything took.
#
#   tools/test.sh                everything
#   tools/test.sh --release      without the sanitizers
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

presets=(release sanitizer)
case ${1:-} in
  '') ;;
  --release) presets=(release) ;;
  *)
    sed -n '4,/^[^#]/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac

phases=()
tested=()
phase_time=$(mktemp)
trap 'rm -f "$phase_time"' EXIT
TIMEFORMAT='%0R %0U %0S'

# phase NAME COMMAND...: runs the command and notes how long it took, by the clock
# and in time of all processors together.
phase() {
  local name=$1 status=0 real user system
  shift
  echo "== $name" >&2
  { time "$@" 2>&3; } 3>&2 2>"$phase_time" || status=$?
  read -r real user system < <(tail -n 1 "$phase_time")
  phases+=("$(printf '%8d s %8d s of processors  %s' "$real" \
    $((user + system)) "$name")")
  return "$status"
}

summarize() {
  echo "== where the time went" >&2
  printf '%s\n' "${phases[@]}" >&2
  ((${#tested[@]} > 0)) || return 0
  if command -v python3 >/dev/null; then
    python3 -B tests/summary.py "${tested[@]}" >&2
  else
    echo "there is no python3, which would count the cases" >&2
  fi
}
trap 'summarize; rm -f "$phase_time"' EXIT

phase install tools/install_dependencies.sh --tests
# dnncut works without ONNX Runtime. The script itself says what is missing, and
# tests that need it are skipped.
tools/get_onnxruntime.sh >/dev/null || true

# Some tests use real models, if there are any beside the project.
if [[ -z ${DNNCUT_MODELS:-} && -d ../shared/models ]]; then
  DNNCUT_MODELS=$(cd ../shared/models && pwd)
  export DNNCUT_MODELS
fi

# Check the files of the last commit and those that are not committed.
if git rev-parse --quiet --verify HEAD~1 >/dev/null 2>&1; then
  phase lint tools/lint.sh HEAD~1
fi

# With ccache, what was compiled before in this clone or in another one is not
# compiled again. Precompiled headers need the sloppiness.
if command -v ccache >/dev/null; then
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
  export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_INODECACHE=1
  export CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-5G}
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
fi

# Warnings are errors in CI only: with another compiler there may be new ones, which
# must not keep anybody from testing.
werror=OFF
[[ -z ${CI:-} ]] || werror=ON

# With sanitizers clang compiles in half of g++'s time, and a second compiler finds
# more to warn about.
sanitizer_compiler=()
if echo 'int main() {}' |
  clang++-16 -fsanitize=address,undefined -x c++ -o /dev/null - 2>/dev/null; then
  sanitizer_compiler=(-DCMAKE_C_COMPILER=clang-16 -DCMAKE_CXX_COMPILER=clang++-16)
fi

jobs=$(nproc)
# On a terminal Ninja shows its progress in one line. Elsewhere it would print
# hundreds.
quiet=()
[[ -t 1 ]] || quiet=(-- --quiet)
for preset in "${presets[@]}"; do
  compiler=()
  [[ $preset != sanitizer ]] || compiler=("${sanitizer_compiler[@]}")
  phase "$preset: configuring" \
    cmake --preset "$preset" --log-level=WARNING -DDNNCUT_TESTS=ON \
    -DDNNCUT_WERROR=$werror "${compiler[@]}" >/dev/null
  phase "$preset: building" cmake --build --preset "$preset" "${quiet[@]}"
  rm -rf "build/$preset/test_results"
  tested+=("build/$preset")
  phase "$preset: testing" \
    ctest --preset "$preset" --parallel "$jobs" --output-on-failure \
    --output-junit "$PWD/build/$preset/test_results/ctest.xml"
done

# Both builds must write the same bytes. That one build does so wherever and however
# it runs, ctest has checked.
if ((${#presets[@]} > 1)) && command -v python3 >/dev/null; then
  phase "same bytes" \
    python3 -B tests/same_bytes.py --only-builds build/{release,sanitizer}/bin/dnncut
fi
