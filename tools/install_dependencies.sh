#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the packages of the distribution that dnncut needs and that are missing.
# Uses apt-get, as root or with sudo.
#
#   tools/install_dependencies.sh            what is needed to build the program
#   tools/install_dependencies.sh --tests    what the tests need as well
#
# Exit codes: 0 everything needed is there, 1 something is missing, 2 wrong
# usage.
set -euo pipefail

# Package names of Debian 12, Debian 13 and Ubuntu 24.04. "command:package" counts
# as installed when the command works, wherever it comes from.
program=(cmake:cmake ninja:ninja-build c++:g++ protoc:protobuf-compiler
  libprotobuf-dev libonnx-dev liblemon-dev libfmt-dev libcli11-dev
  nlohmann-json3-dev libssl-dev libutf8proc-dev)
tests=(libgtest-dev libgmock-dev)
# dnncut can be built and tested without these; what needs them is skipped and says
# so: ONNX Runtime, tests on the models of libonnx-testdata, benchmarks,
# comparisons with other programs, fuzzers, and the checks of tools/lint.sh.
optional_program=(npm:npm openssl:openssl ca-certificates)
optional_tests=(ccache:ccache libonnx-testdata libbenchmark-dev dot:graphviz
  python3:python3 clang++-16:clang-16 libclang-rt-16-dev
  chromium:chromium python3-jsonschema python3-networkx python3-numpy
  shellcheck:shellcheck strace:strace valgrind:valgrind clang-format:clang-format
  clang-tidy-16:clang-tidy-16 iwyu:iwyu
  # To compile the C reader for firmware for other machines and run it there. The
  # headers and libraries of these machines are named because the packages of the
  # compilers only recommend them.
  clang:clang cppcheck:cppcheck arm-none-eabi-gcc:gcc-arm-none-eabi
  libnewlib-arm-none-eabi qemu-system-arm:qemu-system-arm
  powerpc-linux-gnu-gcc:gcc-powerpc-linux-gnu libc6-dev-powerpc-cross
  qemu-ppc:qemu-user)

say() { echo "install_dependencies: $*" >&2; }

# works COMMAND: does it do what it is for? That it is on the PATH proves nothing:
# it may be a broken link, or a compiler that lacks the headers of its target.
works() {
  case $1 in
    c++ | clang++-16) compiles "$1" -x c++ '#include <vector>' && "$work/out" ;;
    clang) compiles "$1" -x c '#include <stdio.h>' && "$work/out" ;;
    powerpc-linux-gnu-gcc) compiles "$1" -static -x c '#include <stdio.h>' ;;
    # The reader needs no C library.
    arm-none-eabi-gcc) compiles "$1" -c -x c '#include <stdint.h>' ;;
    dot) dot -V ;;
    strace) strace -o /dev/null true ;;
    openssl) openssl version ;;
    *) "$1" --version ;;
  esac </dev/null >/dev/null 2>&1
}

# compiles COMPILER FLAGS... LINE: compiles LINE and an empty main() to $work/out.
compiles() {
  printf '%s\nint main() { return 0; }\n' "${!#}" |
    "${@:1:$#-1}" - -o "$work/out"
}

# missing_of PACKAGE...: prints those that are missing.
missing_of() {
  local wanted installed
  if command -v dpkg-query >/dev/null; then
    # dpkg-query fails when one is not installed, which is no error here.
    installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' \
      "${@##*:}" 2>/dev/null || true)
  fi
  for wanted in "$@"; do
    if [[ $wanted == *:* ]]; then
      works "${wanted%%:*}" || echo "${wanted##*:}"
    else
      grep -qxF "installed $wanted" <<<"${installed:-}" || echo "$wanted"
    fi
  done
}

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif [[ -t 0 ]]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq \
    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2 \
    -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# install_packages PACKAGE...: installs those that the distribution has, and says
# which it does not have.
install_packages() {
  local package candidate available=()
  if ! command -v apt-get >/dev/null; then
    say "there is no apt-get here; dnncut needs what Debian calls: $*"
    return
  fi
  if [[ $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
    say "neither root nor sudo; as root: apt-get install $*"
    return
  fi
  say "installing $*"
  apt_get update || say "the package lists cannot be updated; trying with the old ones"
  for package in "$@"; do
    candidate=$(LC_ALL=C apt-cache policy "$package" |
      sed -n 's/^ *Candidate: //p')
    if [[ -n $candidate && $candidate != "(none)" ]]; then
      available+=("$package")
    else
      say "this distribution has no package $package"
    fi
  done
  ((${#available[@]} == 0)) ||
    apt_get install --no-install-recommends "${available[@]}" >/dev/null ||
    say "apt-get install ${available[*]} failed"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

required=("${program[@]}")
optional=("${optional_program[@]}")
case ${1:-} in
  '') ;;
  --tests)
    required+=("${tests[@]}")
    optional+=("${optional_tests[@]}")
    ;;
  *)
    sed -n '4,/^[^#]/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac

mapfile -t missing < <(missing_of "${required[@]}" "${optional[@]}")
((${#missing[@]} == 0)) && exit 0
install_packages "${missing[@]}"
mapfile -t missing < <(missing_of "${optional[@]}")
for package in "${missing[@]}"; do
  say "going on without $package"
done
mapfile -t missing < <(missing_of "${required[@]}")
if ((${#missing[@]} > 0)); then
  say "missing and needed: ${missing[*]}"
  exit 1
fi
