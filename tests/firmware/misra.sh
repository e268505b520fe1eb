#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Checks the C reader against MISRA C:2012 with cppcheck. Only the deviations in
# misra_deviations.txt are allowed. Exit code 77: there is no cppcheck, or it lacks
# its MISRA addon.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
if ! command -v cppcheck >/dev/null; then
  echo "skipped: no cppcheck"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# find_violations FLAGS... FILE: prints what is found. The exit code of cppcheck does not
# count what the addon finds at the end.
find_violations() {
  cppcheck --addon=misra --enable=style --inconclusive --std=c99 --quiet \
    --template='{file}:{line}: {id}: {message}' "$@" 2>&1 || true
}

# First a file with a violation: only a check that finds it proves anything.
printf 'int f(int a) {\n  if (a)\n    goto end;\nend:\n  return 1;\n}\n' \
  >"$work/wrong.c"
if ! find_violations "$work/wrong.c" | grep -q misra-c2012-15.1; then
  echo "skipped: cppcheck without its MISRA addon"
  exit 77
fi

cd "$here"
found=$(find_violations --suppressions-list=misra_deviations.txt \
  '--suppress=*:code_size.c' -DCONST_LOOKUP -DCONST_STEP -DCONST_BEST \
  -DBLOB_LOOKUP -DBLOB_STEP -DBLOB_BEST -DBANDWIDTH -I../../backends/firmware \
  code_size.c)
if [ -n "$found" ]; then
  echo "$found"
  exit 1
fi
echo "no violations but those of misra_deviations.txt"
