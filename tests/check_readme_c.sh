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

static int probes;
static uint32_t clock_ms;
static uint32_t kbytes_per_s;

void send_probe(void) {
  ++probes;
  sent(62500, 62500 * 1000 / kbytes_per_s, clock_ms);
}

static uint16_t cut_at(uint32_t now_ms) {
  clock_ms = now_ms;
  return cut_now(now_ms);
}

int main(void) {
  start();
  kbytes_per_s = 250; /* 2 Mbit/s */
  if (cut_at(0) != DNNCUT_FALLBACK_CUT || probes != 1) return 1;
  if (cut_at(2000) != 0 || probes != 1) return 2;
  /* The link becomes better while nothing is sent: 50 Mbit/s. */
  kbytes_per_s = 6250;
  if (cut_at(40000) != DNNCUT_FALLBACK_CUT || probes != 2) return 3;
  return cut_at(42000) == 1 && probes == 2 ? 0 : 4;
}
C
"$cc" -std=c99 -pedantic -Wall -Wextra -Wconversion -Werror -Iout/firmware \
  -Wno-missing-prototypes device.c -o device
./device
echo "README's C picks the cut that README's table has"
