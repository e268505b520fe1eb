/* SPDX-License-Identifier: Apache-2.0 */
/* What code_size.sh measures, one part of the reader at a time as firmware
 * would call it, and misra.sh checks, all at once. */
#include "dnncut_bandwidth.h"
#include "dnncut_lookup.h"

#if defined(CONST_LOOKUP) || defined(CONST_STEP) || defined(CONST_BEST)
static const dnncut_row rows[] = {{64, 64, 1000, 0},
                                  {828, 745, 20000, 1},
                                  {16063, 14457, 220000, 2},
                                  {200000, 180000, 1000000, 3}};
#endif

#if defined(CONST_STEP) || defined(CONST_BEST)
static const dnncut_cut cuts[] = {{900000000u, 0, 0, 10, 0},
                                  {300000000u, 20000000u, 60000, 6, 1},
                                  {1000000u, 49000000u, 602112, 0, 1},
                                  {600000000u, 4000000u, 30000, 8, 1}};
static const dnncut_table table = {rows,    cuts, 4,    4,    0, 64,
                                   1000000, 500,  8000, 2000, 1, 2};
#endif

#ifdef CONST_LOOKUP
uint16_t const_lookup(uint32_t kbps);
uint16_t const_lookup(uint32_t kbps) {
  return dnncut_cut_for_kbps(rows, 4, 0, kbps);
}
#endif

#ifdef CONST_STEP
uint16_t const_step(dnncut_state *state, uint32_t kbps, uint32_t now_ms);
uint16_t const_step(dnncut_state *state, uint32_t kbps, uint32_t now_ms) {
  return dnncut_step(&table, state, kbps, now_ms);
}
#endif

#ifdef CONST_BEST
uint16_t const_best(uint32_t kbps, uint32_t rtt_us, uint32_t slowdown_permille);
uint16_t const_best(uint32_t kbps, uint32_t rtt_us,
                    uint32_t slowdown_permille) {
  return dnncut_best(&table, kbps, rtt_us, slowdown_permille);
}
#endif

#if defined(BLOB_LOOKUP) || defined(BLOB_STEP) || defined(BLOB_BEST)
int blob_open(dnncut_blob *blob, const uint8_t *data, size_t size);
int blob_open(dnncut_blob *blob, const uint8_t *data, size_t size) {
  return dnncut_blob_open(blob, data, size);
}

uint16_t blob_lookup(const dnncut_blob *blob, uint32_t kbps);
uint16_t blob_lookup(const dnncut_blob *blob, uint32_t kbps) {
  return dnncut_blob_cut_for_kbps(blob, kbps);
}
#endif

#ifdef BLOB_STEP
uint16_t blob_step(const dnncut_blob *blob, dnncut_state *state, uint32_t kbps,
                   uint32_t now_ms);
uint16_t blob_step(const dnncut_blob *blob, dnncut_state *state, uint32_t kbps,
                   uint32_t now_ms) {
  return dnncut_blob_step(blob, state, kbps, now_ms);
}
#endif

#ifdef BLOB_BEST
uint16_t blob_best(const dnncut_blob *blob, uint32_t kbps, uint32_t rtt_us,
                   uint32_t slowdown_permille);
uint16_t blob_best(const dnncut_blob *blob, uint32_t kbps, uint32_t rtt_us,
                   uint32_t slowdown_permille) {
  return dnncut_blob_best(blob, kbps, rtt_us, slowdown_permille);
}
#endif

#ifdef BANDWIDTH
void link_add(dnncut_bandwidth *link, uint32_t bytes, uint32_t us,
              uint32_t now_ms);
void link_add(dnncut_bandwidth *link, uint32_t bytes, uint32_t us,
              uint32_t now_ms) {
  dnncut_bandwidth_add(link, bytes, us, now_ms);
}

uint32_t link_kbps(dnncut_bandwidth *link, uint32_t now_ms);
uint32_t link_kbps(dnncut_bandwidth *link, uint32_t now_ms) {
  return dnncut_bandwidth_kbps(link, now_ms);
}
#endif
