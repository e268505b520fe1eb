/* SPDX-License-Identifier: Apache-2.0 */
/* Answers questions from a generated table, as constants and as a blob: lines
 * of "kbps rtt_us slowdown_permille now_ms" in, six cuts a line out. */
#include <stdio.h>

#include "dnncut_table.h"

int main(int argc, char **argv) {
  static uint8_t bytes[DNNCUT_TABLE_BYTES + 1u];
  dnncut_blob blob;
  dnncut_state state = {0, 0, 0, 0};
  dnncut_state blob_state = {0, 0, 0, 0};
  unsigned long kbps, rtt_us, slowdown, now_ms;
  FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  if (file == NULL ||
      fread(bytes, 1, sizeof(bytes), file) != DNNCUT_TABLE_BYTES ||
      dnncut_blob_open(&blob, bytes, DNNCUT_TABLE_BYTES) != DNNCUT_OK ||
      dnncut_blob_model_id(&blob) != DNNCUT_MODEL_ID ||
      dnncut_blob_interface_hash(&blob) != DNNCUT_INTERFACE_HASH ||
      dnncut_blob_row_count(&blob) != DNNCUT_ROW_COUNT ||
      dnncut_blob_cut_count(&blob) != DNNCUT_CUT_COUNT ||
      dnncut_blob_fallback(&blob) != DNNCUT_FALLBACK_CUT) {
    return 1;
  }
  fclose(file);
  while (scanf("%lu %lu %lu %lu", &kbps, &rtt_us, &slowdown, &now_ms) == 4) {
    const uint32_t w = (uint32_t)kbps;
    const uint32_t rtt = (uint32_t)rtt_us;
    const uint32_t slow = (uint32_t)slowdown;
    const uint32_t now = (uint32_t)now_ms;
    printf("%u %u %u %u %u %u\n",
           (unsigned)dnncut_cut_for_kbps(dnncut_rows, DNNCUT_ROW_COUNT,
                                         DNNCUT_FALLBACK_CUT, w),
           (unsigned)dnncut_blob_cut_for_kbps(&blob, w),
           (unsigned)dnncut_best(&dnncut_model, w, rtt, slow),
           (unsigned)dnncut_blob_best(&blob, w, rtt, slow),
           (unsigned)dnncut_step(&dnncut_model, &state, w, now),
           (unsigned)dnncut_blob_step(&blob, &blob_state, w, now));
  }
  return 0;
}
