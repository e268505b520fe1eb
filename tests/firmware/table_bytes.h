/* SPDX-License-Identifier: Apache-2.0 */
/* Writes blobs for the tests, also ones that a later version might write: with
 * a longer header, rows and cuts, or with something behind the cuts. Written
 * from docs/table_format.md, not from the compiler. */
#ifndef TESTS_FIRMWARE_TABLE_BYTES_H
#define TESTS_FIRMWARE_TABLE_BYTES_H

#include <stdint.h>

#include "dnncut_lookup.h"

typedef struct {
  uint16_t minor;
  uint16_t header_bytes;
  uint16_t row_bytes;
  uint16_t cut_bytes;
  uint16_t extra_bytes; /* between the cuts and the CRC */
} blob_layout;

static const blob_layout plain_layout = {0, 64, 16, 32, 0};
static const blob_layout later_layout = {7, 71, 19, 45, 5};

static inline uint32_t blob_size(const dnncut_table *table,
                                 const blob_layout *layout) {
  return layout->header_bytes +
         ((uint32_t)table->row_count * layout->row_bytes) +
         ((uint32_t)table->cut_count * layout->cut_bytes) +
         layout->extra_bytes + 4u;
}

static inline void put16(uint8_t *bytes, uint32_t value) {
  bytes[0] = (uint8_t)(value & 0xFFu);
  bytes[1] = (uint8_t)((value >> 8) & 0xFFu);
}

static inline void put32(uint8_t *bytes, uint32_t value) {
  put16(bytes, value & 0xFFFFu);
  put16(&bytes[2], value >> 16);
}

static inline void put64(uint8_t *bytes, uint64_t value) {
  put32(bytes, (uint32_t)(value & 0xFFFFFFFFu));
  put32(&bytes[4], (uint32_t)(value >> 32));
}

static inline void put_header(const dnncut_table *table,
                              const blob_layout *layout, uint8_t *bytes) {
  put32(bytes, 0x54434E44u);
  put16(&bytes[4], 1);
  put16(&bytes[6], layout->minor);
  put32(&bytes[8], blob_size(table, layout));
  put32(&bytes[12], table->model_id);
  put32(&bytes[16], table->interface_hash);
  put16(&bytes[20], layout->header_bytes);
  put16(&bytes[22], layout->row_bytes);
  put16(&bytes[24], table->row_count);
  put16(&bytes[26], layout->cut_bytes);
  put16(&bytes[28], table->cut_count);
  put16(&bytes[30], table->fallback);
  put32(&bytes[32], table->min_kbps);
  put32(&bytes[36], table->max_kbps);
  put32(&bytes[40], table->min_slowdown_permille);
  put32(&bytes[44], table->max_slowdown_permille);
  put32(&bytes[48], 0);
  put32(&bytes[52], table->dwell_ms);
  put32(&bytes[56], 0);
  put32(&bytes[60], 0);
}

static inline void put_row(const dnncut_row *row, uint8_t *bytes) {
  put32(bytes, row->min_kbps);
  put32(&bytes[4], row->down_kbps);
  put32(&bytes[8], row->up_kbps);
  put16(&bytes[12], row->cut);
  put16(&bytes[14], 0);
}

static inline void put_cut(const dnncut_cut *cut, uint8_t *bytes) {
  put64(bytes, cut->fixed_ns);
  put64(&bytes[8], cut->server_ns);
  put64(&bytes[16], cut->link_bytes);
  put32(&bytes[24], cut->device_layers);
  put32(&bytes[28], cut->flags);
}

/* What the CRC should be, into the last four of `total_bytes`. */
static inline void put_crc(uint8_t *bytes, uint32_t total_bytes) {
  put32(&bytes[total_bytes - 4u], dnncut_crc32(bytes, total_bytes - 4u));
}

/* `bytes` has room for blob_size(); what version 1.0 does not know is 0xA5. */
static inline void write_blob(const dnncut_table *table,
                              const blob_layout *layout, uint8_t *bytes) {
  const uint32_t total_bytes = blob_size(table, layout);
  uint8_t *at = &bytes[layout->header_bytes];
  uint32_t i;
  for (i = 0; i < total_bytes; ++i) {
    bytes[i] = 0xA5;
  }
  put_header(table, layout, bytes);
  for (i = 0; i < table->row_count; ++i) {
    put_row(&table->rows[i], at);
    at = &at[layout->row_bytes];
  }
  for (i = 0; i < table->cut_count; ++i) {
    put_cut(&table->cuts[i], at);
    at = &at[layout->cut_bytes];
  }
  put_crc(bytes, total_bytes);
}

#endif
