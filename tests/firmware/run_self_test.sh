#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds the self test of the C reader for a target and runs it:
#
#   tests/firmware/run_self_test.sh TARGET
#
# Exit code 77: the compiler or the emulator for it is missing or does not work.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
target=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# shellcheck source=tests/firmware/can_compile.sh
. "$here/can_compile.sh"

skip() {
  echo "skipped: $*"
  exit 77
}

# can_run RUNNER COMPILER FLAGS...
can_run() {
  runner=$1
  shift
  can_compile "$@" -x c && $runner "$work/try" 2>/dev/null
}

# build OPTIMIZATION MAIN COMPILER FLAGS...
build() {
  level=$1
  main=$2
  shift 2
  "$@" "$level" -std=c99 -pedantic -Wall -Wextra -Wconversion -Wsign-conversion \
    -Wcast-align -Wcast-qual -Wshadow -Werror \
    -I"$here/../../backends/firmware" "$here/self_test.c" "$here/$main" \
    -o "$work/self_test"
}

# hosted RUNNER COMPILER FLAGS...: builds a program and runs it under an operating
# system.
hosted() {
  runner=$1
  shift
  for level in -O0 -Os -O2; do
    echo "$* $level"
    build $level self_test_main.c "$@"
    $runner "$work/self_test"
  done
}

# bare CPU MACHINE: builds a program and runs it without an operating system. Where
# the source reads byte by byte, the machine code must, too. The flags see to that:
# gcc would read whole words at any address where the CPU can, and would copy the
# bytes of the tests with a library's memcpy, which does so as well.
bare() {
  can_compile arm-none-eabi-gcc -c -x c ||
    skip "no working arm-none-eabi-gcc (gcc-arm-none-eabi)"
  qemu-system-arm --version >/dev/null 2>&1 || skip "no working qemu-system-arm"
  for level in -O0 -Os -O2; do
    echo "arm-none-eabi-gcc -mcpu=$1 $level on qemu's $2"
    build $level cortex_m.c arm-none-eabi-gcc -mcpu="$1" -mthumb \
      -mno-unaligned-access -fno-tree-loop-distribute-patterns \
      -Wno-cast-align -nostartfiles \
      -T "$here/cortex_m.ld"
    timeout 120 qemu-system-arm -M "$2" -nographic -monitor none -serial none \
      -semihosting-config enable=on,target=native -kernel "$work/self_test" \
      </dev/null
  done
}

sanitizers=-fsanitize=address,undefined,alignment
case $target in
  gcc | clang | clang-16)
    can_run "" "$target" || skip "no working $target"
    hosted "" "$target"
    if can_run "" "$target" $sanitizers; then
      hosted "" "$target" -g $sanitizers -fno-sanitize-recover=all
    else
      echo "without sanitizers, which $target does not have here"
    fi
    ;;
  m32)
    can_run "" gcc -m32 ||
      skip "gcc has no -m32 (gcc-multilib, or libc6-dev-i386 and lib32gcc-12-dev)"
    hosted "" gcc -m32
    ;;
  cortex-m0) bare "$target" microbit ;;
  cortex-m3) bare "$target" mps2-an385 ;;
  cortex-m4) bare "$target" mps2-an386 ;;
  powerpc) # big-endian
    can_run qemu-ppc powerpc-linux-gnu-gcc -static ||
      skip "no working powerpc-linux-gnu-gcc and qemu-ppc (gcc-powerpc-linux-gnu, libc6-dev-powerpc-cross, qemu-user)"
    hosted qemu-ppc powerpc-linux-gnu-gcc -static
    ;;
  *)
    echo "run_self_test.sh: no target $target"
    exit 2
    ;;
esac
