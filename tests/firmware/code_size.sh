#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Measures how much flash the C reader takes on Cortex-M0 and M4, constants
# included:
#
#   tests/firmware/code_size.sh
#
# Fails when a part is larger than its limit, or calls any function of the
# compiler's library except the 64-bit multiplication. Exit code 77: there is no
# working compiler for ARM.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
compiler=arm-none-eabi-gcc
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/firmware/can_compile.sh
. "$here/can_compile.sh"
if ! can_compile $compiler -c -x c; then
  echo "skipped: no working $compiler (gcc-arm-none-eabi)"
  exit 77
fi
failed=0

# bytes_of CPU PART
bytes_of() {
  $compiler -mcpu="$1" -mthumb -Os -std=c99 -Wall -Wextra -Werror \
    -D"$2" -I"$here/../../backends/firmware" \
    -c "$here/code_size.c" -o "$work/part.o"
  calls=$(arm-none-eabi-nm -u "$work/part.o" | grep -v __aeabi_lmul || true)
  if [ -n "$calls" ]; then
    echo "$1 $2 calls$calls" >&2
    exit 1
  fi
  arm-none-eabi-size "$work/part.o" | awk 'NR == 2 { print $1 + $2 + $3 }'
}

# report PART LIMIT TEXT: prints the size of PART, which must not be above LIMIT
# bytes ("-": no limit).
report() {
  m0=$(bytes_of cortex-m0 "$1")
  m4=$(bytes_of cortex-m4 "$1")
  printf '%-52s %6s %6s %6s\n' "$3" "$m0" "$m4" "$2"
  if [ "$2" != - ] && { [ "$m0" -ge "$2" ] || [ "$m4" -ge "$2" ]; }; then
    echo "  too large"
    failed=1
  fi
}

printf '%-52s %6s %6s %6s\n' "bytes, -Os" M0 M4 below
report CONST_LOOKUP 200 "constants: 4 rows, lookup"
report CONST_STEP - "constants: 4 rows, hysteresis"
report CONST_BEST - "constants: 4 cuts, best of the moment"
report BLOB_LOOKUP 450 "blob: open, lookup"
report BLOB_STEP - "blob: open, lookup, hysteresis"
report BLOB_BEST - "blob: open, lookup, best of the moment"
report BANDWIDTH - "bandwidth estimator"
exit $failed
