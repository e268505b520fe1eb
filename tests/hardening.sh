#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Checks that the program was built with the compiler's protections against attacks
# (DNNCUT_HARDEN).
#
#   hardening.sh PROGRAM [fortified]
set -euo pipefail
program=$1
command -v readelf >/dev/null || { echo "skipped: no readelf"; exit 77; }

failures=0
expect() {  # WHAT PATTERN TEXT
  if grep -qE "$2" <<<"$3"; then
    echo "ok: $1"
  else
    echo "MISSING: $1"
    failures=$((failures + 1))
  fi
}

header=$(readelf --wide --file-header "$program")
segments=$(readelf --wide --program-headers "$program")
dynamic=$(readelf --wide --dynamic "$program")
symbols=$(readelf --wide --dyn-syms "$program")

expect "position-independent" 'Type: +DYN' "$header"
expect "loaded at any address" 'FLAGS_1.*PIE' "$dynamic"
expect "relocations are read-only" 'GNU_RELRO' "$segments"
expect "and resolved at the start" 'BIND_NOW|FLAGS_1.*NOW' "$dynamic"
expect "no executable stack" 'GNU_STACK .* RW  ' "$segments"
expect "stack protector" '__stack_chk_fail' "$symbols"
expect "assertions of the standard library" '__glibcxx_assert_fail' "$symbols"
if [[ ${2:-} == fortified ]]; then
  expect "checked calls of the C library" '__(read|memcpy|memset|pread64)_chk' \
    "$symbols"
fi
exit $((failures > 0))
