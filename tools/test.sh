#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what is missing, builds dnncut and runs every test, then the tests
# again under AddressSanitizer and UndefinedBehaviorSanitizer (but those that
# compile firmware by themselves).
#
#   tools/test.sh                all of it
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

tools/install_dependencies.sh --tests
# Works without; the script says what is missing, and the tests that need it
# skip.
tools/get_onnxruntime.sh >/dev/null || true

# Real models, where they lie beside the project.
if [[ -z ${DNNCUT_MODELS:-} && -d ../shared/models ]]; then
  DNNCUT_MODELS=$(cd ../shared/models && pwd)
  export DNNCUT_MODELS
fi

# Other compilers warn of other things; that must not keep anybody from testing.
werror=OFF
[[ -z ${CI:-} ]] || werror=ON

# clang takes half of g++'s time with sanitizers, and warns of other things.
sanitizer_compiler=()
if echo 'int main() {}' |
  clang++-16 -fsanitize=address,undefined -x c++ -o /dev/null - 2>/dev/null; then
  sanitizer_compiler=(-DCMAKE_C_COMPILER=clang-16 -DCMAKE_CXX_COMPILER=clang++-16)
fi

jobs=$(nproc)
# On a terminal Ninja shows its progress in one line, elsewhere in hundreds.
quiet=()
[[ -t 1 ]] || quiet=(-- --quiet)
for preset in "${presets[@]}"; do
  echo "== $preset: building" >&2
  compiler=()
  [[ $preset != sanitizer ]] || compiler=("${sanitizer_compiler[@]}")
  cmake --preset "$preset" --log-level=WARNING -DDNNCUT_TESTS=ON \
    -DDNNCUT_WERROR=$werror "${compiler[@]}" >/dev/null
  cmake --build --preset "$preset" "${quiet[@]}"
  echo "== $preset: testing" >&2
  ctest --preset "$preset" --parallel "$jobs" --output-on-failure
done

# Builds of other types write the same bytes.
if ((${#presets[@]} > 1)) && command -v python3 >/dev/null; then
  echo "== same bytes" >&2
  python3 -B tests/same_bytes.py build/{release,sanitizer}/bin/dnncut
fi
