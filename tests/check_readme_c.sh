#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compiles the C of README.md with the table of a real model, and runs it.
#
#   check_readme_c.sh DNNCUT README.md [CC]
set -euo pipefail
dnncut=$(realpath "$1")
readme=$(realpath "$2")
cc=${3:-cc}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$dnncut" example squeezenet -o net.onnx >/dev/null
"$dnncut" compile net.onnx -o out --quiet
# shellcheck disable=SC2016  # these are Markdown's
sed -n '/^```c$/,/^```$/{/^```/!p}' "$readme" >device.c
grep -q dnncut_step device.c
cat >>device.c <<'C'

int main(void) {
  uint32_t at;
  if (cut_now(0) != DNNCUT_FALLBACK_CUT) return 1;
  for (at = 0; at < 10; ++at) sent(62500, 10000, 5000 + 100 * at);
  /* 50 Mbit/s, and the dwell is over. */
  return cut_now(7000) == 1 ? 0 : 2;
}
C
"$cc" -std=c99 -pedantic -Wall -Wextra -Wconversion -Werror -Iout/firmware \
  -Wno-missing-prototypes device.c -o device
./device
echo "README's C picks the cut that README's table has"
