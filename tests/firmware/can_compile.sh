# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# can_compile COMPILER FLAGS...: does the compiler work, with what the reader of
# firmware includes? That it is on the PATH proves nothing: it may lack the
# headers of its target. Leaves its output in $work/try. To be sourced.
#
# shellcheck disable=SC2154  # work is the caller's

can_compile() {
  printf '#include <stddef.h>\n#include <stdint.h>\nint main(void) { return 0; }\n' |
    "$@" - -o "$work/try" 2>/dev/null
}
