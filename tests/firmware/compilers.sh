#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Compiles the C reader with every compiler that works here, as C99 and later and
# as C++11 and later, with all warnings as errors. It compiles code that uses the
# reader, and code that includes it but uses nothing of it.
#
#   tests/firmware/compilers.sh [FOLDER]
#
# A dnncut_table.h that was generated into FOLDER is compiled, too. Exit code 77:
# there is no working compiler.
#
# shellcheck disable=SC2086  # lists of flags must be split into flags
set -eu

here=$(cd "$(dirname "$0")" && pwd)
headers=${1:-$here/../../backends/firmware}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/firmware/can_compile.sh
. "$here/can_compile.sh"

both="-pedantic -Wall -Wextra -Wconversion -Wsign-conversion -Wcast-align \
-Wcast-qual -Wshadow -Wundef -Wformat=2 -Wredundant-decls -Wunused-macros \
-Wswitch-default -Werror"
c_only="-Wstrict-prototypes -Wmissing-prototypes -Wbad-function-cast \
-Wunsuffixed-float-constants"
cxx_only="-Wold-style-cast -Wzero-as-null-pointer-constant"

{
  echo '#include "dnncut_bandwidth.h"'
  echo '#include "dnncut_lookup.h"'
  if [ -f "$headers/dnncut_table.h" ]; then
    echo '#include "dnncut_table.h"'
  fi
  echo 'int unused(void);'
  echo 'int unused(void) { return 0; }'
} >"$work/unused.c"

parts="-DCONST_LOOKUP -DCONST_STEP -DCONST_BEST -DBLOB_LOOKUP -DBLOB_STEP \
-DBLOB_BEST -DBANDWIDTH"

compiled=0
# compile COMPILER LANGUAGE STANDARD FLAGS...
compile() {
  compiler=$1
  language=$2
  standard=$3
  shift 3
  if ! can_compile "$compiler" -c -x "$language"; then
    echo "left out: no working $compiler"
    return 0
  fi
  echo "$compiler -std=$standard"
  compiled=1
  for level in -O0 -O3; do
    for source in "$here/code_size.c" "$work/unused.c"; do
      $compiler -x $language -std=$standard $level $both "$@" $parts \
        -I"$headers" -c "$source" -o "$work/out.o"
    done
  done
}

for compiler in gcc powerpc-linux-gnu-gcc arm-none-eabi-gcc; do
  for standard in c99 c11 c17; do
    compile $compiler c $standard $c_only
  done
done
for compiler in clang clang-16; do
  for standard in c99 c11 c17; do
    compile $compiler c $standard -Wno-unknown-warning-option $c_only \
      -Weverything -Wno-padded -Wno-unsafe-buffer-usage \
      -Wno-declaration-after-statement
  done
done
for standard in c++11 c++14 c++17 c++20; do
  compile g++ c++ $standard $cxx_only -Wuseless-cast
  compile arm-none-eabi-g++ c++ $standard $cxx_only -Wuseless-cast
  compile clang++ c++ $standard $cxx_only
  compile clang++-16 c++ $standard $cxx_only
done
if [ $compiled = 0 ]; then
  echo "skipped: no compiler works"
  exit 77
fi
