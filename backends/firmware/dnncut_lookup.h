/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Which cut of the network to run, asked by a device.
 *
 * dnncut decides for every bandwidth which layers of a DNN run on the device
 * and which on the server, and stores the answer as a table: a few *rows*, each
 * from one bandwidth up to the next and each naming a *cut* (cut 3 is the pair
 * device/cut3.onnx, server/cut3.onnx). This file asks that table. It is the
 * same for all models; the table is either
 *
 *   - dnncut_table.h, constants for the linker: `dnncut_model`, or
 *   - dnncut_table.bin, a blob that can be exchanged over the air: dnncut_blob.
 *
 * Three questions, each for both kinds of table:
 *
 *   - dnncut_cut_for_kbps: which cut is best at this bandwidth?
 *   - dnncut_step: the same without flicker. It changes its mind only when the
 *     bandwidth leaves the row by a margin, and not too soon after it did.
 *   - dnncut_best: which stored cut is best at this bandwidth, round trip time
 *     and slowdown of the server?
 *
 * From constants:
 *
 *   #include "dnncut_table.h"
 *   uint16_t cut = dnncut_cut_for_kbps(dnncut_rows, DNNCUT_ROW_COUNT,
 *                                      DNNCUT_FALLBACK_CUT, kbps);
 *
 * From a blob:
 *
 *   dnncut_blob blob;
 *   if (dnncut_blob_open(&blob, flash, flash_size) == DNNCUT_OK &&
 *       dnncut_blob_interface_hash(&blob) == hash_of_the_server) {
 *     cut = dnncut_blob_cut_for_kbps(&blob, kbps);
 *   }
 *
 * Bandwidths are integers in kbit/s (1000 bit/s) from the device to the server.
 * 0 stands for "no idea": unknown, too old, or the server does not answer. The
 * answer then is the *fallback*, the cut that needs no network, or
 * DNNCUT_NO_CUT when there is none. A bandwidth below the table's range is
 * taken as its lower end, one above as its upper end: the cut there is
 * feasible, though another one may be faster.
 *
 * Written for small machines: C99 and C++11, no library, no heap, no recursion,
 * no floating point, no 64-bit division, no unaligned access, any byte order.
 * Nothing here has state of its own, so all of it may be called from several
 * threads or interrupts as long as they do not share a dnncut_state.
 *
 * One file on purpose: it is all that firmware needs. docs/table_format.md of
 * dnncut describes the blob byte by byte.
 */
#ifndef DNNCUT_LOOKUP_H
#define DNNCUT_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

/** The answer when there is nothing to fall back to: do not infer. */
#define DNNCUT_NO_CUT 0xFFFFu

/** dnncut_cut::flags: the cut uses the network and pays the round trip. */
#define DNNCUT_PAYS_RTT 1u

/* --------------------------------------------------------------- the table */

/**
 * From min_kbps to the next row's min_kbps - 1 (the last row: to the table's
 * max_kbps), `cut` is the best one. Once in the row, dnncut_step stays in it
 * from down_kbps to up_kbps, which lie at or beyond those ends.
 */
typedef struct {
  uint32_t min_kbps;
  uint32_t down_kbps;
  uint32_t up_kbps;
  uint16_t cut;
} dnncut_row;

/**
 * What one inference with a cut costs. In nanoseconds, at W kbit/s:
 *
 *   fixed_ns + server_ns * slowdown + round trip + 8,000,000 / W * link_bytes
 */
typedef struct {
  uint64_t fixed_ns;      /**< all that depends on neither link nor server */
  uint64_t server_ns;     /**< layers on the server when it is idle */
  uint64_t link_bytes;    /**< sent and received at the link's bandwidth */
  uint32_t device_layers; /**< number of layers on the device */
  uint32_t flags;         /**< DNNCUT_PAYS_RTT or 0 */
} dnncut_cut;

/** A table as constants: `dnncut_model` in dnncut_table.h. */
typedef struct {
  const dnncut_row *rows; /**< row_count of them, ascending */
  const dnncut_cut *cuts; /**< cut_count of them */
  uint16_t row_count;
  uint16_t cut_count;
  uint16_t fallback; /**< the cut that needs no network, or DNNCUT_NO_CUT */
  uint32_t min_kbps;
  uint32_t max_kbps;
  uint32_t min_slowdown_permille;
  uint32_t max_slowdown_permille;
  uint32_t dwell_ms;       /**< how long dnncut_step keeps a cut at least */
  uint32_t model_id;       /**< first 8 hex digits of the model's SHA-256 */
  uint32_t interface_hash; /**< equal when device and server halves fit */
} dnncut_table;

/** What dnncut_step remembers. All bytes zero: nothing yet. */
typedef struct {
  uint32_t changed_ms; /**< when the last change was */
  uint16_t row;        /**< meaningful when place is DNNCUT_IN_ROW */
  uint8_t place;       /**< DNNCUT_NOWHERE, _IN_ROW or _IN_FALLBACK */
  uint8_t rested;      /**< 1: the minimum dwell has passed */
} dnncut_state;

#define DNNCUT_NOWHERE 0u
#define DNNCUT_IN_ROW 1u
#define DNNCUT_IN_FALLBACK 2u

/* Rows in flash are as small as the blob's; an array of -1 does not compile. */
typedef char dnncut_check_row[(sizeof(dnncut_row) <= 16u) ? 1 : -1];
typedef char dnncut_check_cut[(sizeof(dnncut_cut) == 32u) ? 1 : -1];
typedef char dnncut_check_state[(sizeof(dnncut_state) == 8u) ? 1 : -1];

/* ------------------------------------------------------------------- parts */

/* The two narrowing casts, without a warning in either language. */
static inline uint16_t dnncut_low16(uint32_t value) {
#ifdef __cplusplus
  return static_cast<uint16_t>(value & 0xFFFFu);
#else
  return (uint16_t)(value & 0xFFFFu);
#endif
}

static inline uint32_t dnncut_low32(uint64_t value) {
#ifdef __cplusplus
  return static_cast<uint32_t>(value & 0xFFFFFFFFu);
#else
  return (uint32_t)(value & 0xFFFFFFFFu);
#endif
}

static inline uint32_t dnncut_clamp(uint32_t value, uint32_t low,
                                    uint32_t high) {
  uint32_t clamped = value;
  if (clamped < low) {
    clamped = low;
  }
  if (clamped > high) {
    clamped = high;
  }
  return clamped;
}

/* ------------------------------------------------- the row of a bandwidth */

/* The last row that starts at or below `kbps`; below all of them, the first.
 * A walk, because rows are few: one to seven for real models. */
static inline uint16_t dnncut_row_for_kbps(const dnncut_row *rows,
                                           uint16_t row_count, uint32_t kbps) {
  uint32_t row = row_count;
  do {
    --row;
  } while ((row > 0u) && (rows[row].min_kbps > kbps));
  return dnncut_low16(row);
}

/**
 * The best cut for a bandwidth, DNNCUT_NO_CUT if kbps is 0 and there is no
 * fallback. Reads rows[0 .. row_count-1] only; row_count is at least 1.
 */
static inline uint16_t dnncut_cut_for_kbps(const dnncut_row *rows,
                                           uint16_t row_count,
                                           uint16_t fallback, uint32_t kbps) {
  uint16_t cut = fallback;
  if (kbps != 0u) {
    cut = rows[dnncut_row_for_kbps(rows, row_count, kbps)].cut;
  }
  return cut;
}

/* ------------------------------------------- hysteresis and minimum dwell */

static inline void dnncut_enter(dnncut_state *state, uint8_t place,
                                uint16_t row, uint32_t now_ms) {
  state->changed_ms = now_ms;
  state->row = row;
  state->place = place;
  state->rested = 0;
}

/* The row that `state` is in. A state of no row, or of a table that had more
 * rows, is in `otherwise`, and forgets where it was. */
static inline uint16_t dnncut_current_row(dnncut_state *state,
                                          uint16_t row_count,
                                          uint16_t otherwise) {
  uint16_t row = otherwise;
  if (state->place == DNNCUT_IN_ROW) {
    if (state->row < row_count) {
      row = state->row;
    } else {
      state->place = DNNCUT_NOWHERE;
    }
  }
  return row;
}

/* Whether the minimum dwell has passed. The difference of two times is right
 * when the clock wraps around; that it passed is remembered, or it would seem
 * not to have when the clock comes around to the time of the change. */
static inline uint8_t dnncut_rests(dnncut_state *state, uint32_t dwell_ms,
                                   uint32_t now_ms) {
  if ((now_ms - state->changed_ms) >= dwell_ms) {
    state->rested = 1;
  }
  return state->rested;
}

/* Moves `state`, which is in row `here` or in none, to row `there`, the one of
 * `kbps`, if it is time to. `kbps` is in the table's range, or 0. */
static inline void dnncut_move(dnncut_state *state, const dnncut_row *here,
                               uint16_t there, uint16_t fallback,
                               uint32_t dwell_ms, uint32_t kbps,
                               uint32_t now_ms) {
  const uint8_t rested = dnncut_rests(state, dwell_ms, now_ms);
  if (kbps == 0u) {
    if (state->place != DNNCUT_IN_FALLBACK) {
      dnncut_enter(state, DNNCUT_IN_FALLBACK, 0, now_ms);
    }
  } else if (state->place == DNNCUT_IN_ROW) {
    if ((rested != 0u) &&
        ((kbps < here->down_kbps) || (kbps > here->up_kbps))) {
      dnncut_enter(state, DNNCUT_IN_ROW, there, now_ms);
    }
  } else if ((state->place == DNNCUT_IN_FALLBACK) &&
             (fallback != DNNCUT_NO_CUT) && (rested == 0u)) {
    /* The fallback works: no hurry to leave it for a flickering link. */
  } else {
    dnncut_enter(state, DNNCUT_IN_ROW, there, now_ms);
  }
}

/* `kbps` as the thresholds of rows know it: in the table's range, or 0. */
static inline uint32_t dnncut_known_kbps(uint32_t kbps, uint32_t min_kbps,
                                         uint32_t max_kbps) {
  return (kbps == 0u) ? 0u : dnncut_clamp(kbps, min_kbps, max_kbps);
}

/**
 * The cut to run now, without flicker. Call it for every inference or whenever
 * there is a new estimate.
 *
 *   - A fresh state (all bytes zero) goes to the row of kbps at once.
 *   - In a row it stays while down_kbps <= kbps <= up_kbps. Beyond that it goes
 *     to the row of kbps, but not before dwell_ms since the last change.
 *   - kbps 0 goes to the fallback at once, which is a change, too. From the
 *     fallback it goes to the row of kbps after dwell_ms; at once if there is
 *     no fallback cut, because then there is nothing to stay in.
 *
 * now_ms is any clock that counts milliseconds up and wraps around at 2^32; it
 * need not start at 0. Call at least once in 24 days, of which dwell_ms must be
 * less. Zero the state when another table takes over; if you forget, no harm is
 * done but for a cut that is kept until its thresholds are passed.
 */
static inline uint16_t dnncut_step(const dnncut_table *table,
                                   dnncut_state *state, uint32_t kbps,
                                   uint32_t now_ms) {
  const uint16_t there =
      dnncut_row_for_kbps(table->rows, table->row_count, kbps);
  const uint16_t here = dnncut_current_row(state, table->row_count, there);
  dnncut_move(
      state, &table->rows[here], there, table->fallback, table->dwell_ms,
      dnncut_known_kbps(kbps, table->min_kbps, table->max_kbps), now_ms);
  return (state->place == DNNCUT_IN_ROW) ? table->rows[state->row].cut
                                         : table->fallback;
}

/* ----------------------------------------- the best cut for this moment */

/* What the cuts are compared for. */
typedef struct {
  uint32_t kbps;
  uint32_t rtt_us;
  uint32_t slowdown_permille;
} dnncut_moment;

/* A number below 2^96, and the best cut so far. */
typedef struct {
  uint64_t cost_low;
  uint32_t cost_high;
  uint32_t device_layers;
  uint16_t cut; /* DNNCUT_NO_CUT: none yet */
} dnncut_leader;

/* Adds factor * number; the sum stays below 2^96. */
static inline void dnncut_add_product(dnncut_leader *sum, uint32_t factor,
                                      uint64_t number) {
  const uint64_t wide = factor;
  const uint64_t low = wide * dnncut_low32(number);
  const uint64_t high = (wide * dnncut_low32(number >> 32)) + (low >> 32);
  const uint64_t product_low = (high << 32) | dnncut_low32(low);
  sum->cost_low += product_low;
  sum->cost_high += dnncut_low32(high >> 32);
  if (sum->cost_low < product_low) {
    sum->cost_high += 1u;
  }
}

/* W times the latency, in 1/1000 ns * kbit/s: as exact as the table itself. The
 * bracket fits 64 bits and 2 * link_bytes fits 63, of which dnncut has made
 * sure; W is below 2^30. In a table that dnncut did not write they may wrap
 * around, which makes the answer wrong and nothing else. */
static inline void dnncut_count_cost(dnncut_leader *one, const dnncut_cut *cut,
                                     const dnncut_moment *moment) {
  const uint64_t slowdown = moment->slowdown_permille;
  const uint64_t rtt_us = moment->rtt_us;
  uint64_t thousandths_ns =
      (1000u * cut->fixed_ns) + (slowdown * cut->server_ns);
  if ((cut->flags & DNNCUT_PAYS_RTT) != 0u) {
    thousandths_ns += 1000000u * rtt_us;
  }
  one->cost_low = 0;
  one->cost_high = 0;
  one->device_layers = cut->device_layers;
  dnncut_add_product(one, moment->kbps, thousandths_ns);
  dnncut_add_product(one, 4000000000u, 2u * cut->link_bytes);
}

/* Whether `one` costs less, or the same with fewer layers on the device. */
static inline uint8_t dnncut_is_better(const dnncut_leader *one,
                                       const dnncut_leader *than) {
  uint8_t better = 0;
  if (one->cost_high != than->cost_high) {
    better = (one->cost_high < than->cost_high) ? 1u : 0u;
  } else if (one->cost_low != than->cost_low) {
    better = (one->cost_low < than->cost_low) ? 1u : 0u;
  } else {
    better = (one->device_layers < than->device_layers) ? 1u : 0u;
  }
  return better;
}

/* Makes `cut` the leader if it is the first or better. */
static inline void dnncut_consider(dnncut_leader *leader, uint16_t number,
                                   const dnncut_cut *cut,
                                   const dnncut_moment *moment) {
  dnncut_leader one;
  dnncut_count_cost(&one, cut, moment);
  if ((leader->cut == DNNCUT_NO_CUT) ||
      (dnncut_is_better(&one, leader) != 0u)) {
    /* Field by field: a whole struct would be a call of memcpy. */
    leader->cost_low = one.cost_low;
    leader->cost_high = one.cost_high;
    leader->device_layers = one.device_layers;
    leader->cut = number;
  }
}

/**
 * The stored cut with the lowest latency at `kbps` with a round trip of
 * `rtt_us` microseconds and a server that takes slowdown_permille / 1000 times
 * as long as when it is idle (1000: idle). Exact. Bandwidth and slowdown are
 * first clamped into the table's box, for which the compiler has chosen the
 * cuts. Equal latencies: the cut with fewer layers on the device, then the one
 * with the lower number. kbps 0: the fallback.
 */
static inline uint16_t dnncut_best(const dnncut_table *table, uint32_t kbps,
                                   uint32_t rtt_us,
                                   uint32_t slowdown_permille) {
  dnncut_leader leader = {0, 0, 0, DNNCUT_NO_CUT};
  dnncut_moment moment;
  uint32_t cut;
  moment.kbps = dnncut_clamp(kbps, table->min_kbps, table->max_kbps);
  moment.rtt_us = rtt_us;
  moment.slowdown_permille =
      dnncut_clamp(slowdown_permille, table->min_slowdown_permille,
                   table->max_slowdown_permille);
  for (cut = 0; cut < table->cut_count; ++cut) {
    dnncut_consider(&leader, dnncut_low16(cut), &table->cuts[cut], &moment);
  }
  return (kbps == 0u) ? table->fallback : leader.cut;
}

/* --------------------------------------------------------------- the blob */

/* What dnncut_blob_open says. */
#define DNNCUT_OK 0
#define DNNCUT_E_SHORT 1   /**< fewer bytes than any blob has */
#define DNNCUT_E_MAGIC 2   /**< not a dnncut table, or erased flash */
#define DNNCUT_E_VERSION 3 /**< written for a later reader: update firmware */
#define DNNCUT_E_LENGTH 4  /**< truncated: the blob is longer than `size` */
#define DNNCUT_E_CRC 5     /**< damaged */
#define DNNCUT_E_LAYOUT 6  /**< sizes, counts or ranges that cannot be */
#define DNNCUT_E_ORDER 7   /**< rows that are not in order */

/* Version 1 of the format: any minor version, whose header, rows and cuts may
 * be longer. What this file knows of them is whole little-endian words. */
#define DNNCUT_FORMAT_MAJOR 1u
#define DNNCUT_HEADER_BYTES 64u
#define DNNCUT_ROW_BYTES 16u
#define DNNCUT_CUT_BYTES 32u
#define DNNCUT_CRC_BYTES 4u
#define DNNCUT_MIN_BLOB_BYTES 116u /* header, one row, one cut, CRC */

/* The header's words; two numbers of 16 bits share one, the first one low. */
#define DNNCUT_AT_MAGIC 0u
#define DNNCUT_AT_VERSION 1u /* major, minor */
#define DNNCUT_AT_TOTAL_BYTES 2u
#define DNNCUT_AT_MODEL_ID 3u
#define DNNCUT_AT_INTERFACE_HASH 4u
#define DNNCUT_AT_HEADER_ROW_BYTES 5u
#define DNNCUT_AT_ROW_COUNT_CUT_BYTES 6u
#define DNNCUT_AT_CUT_COUNT_FALLBACK 7u
#define DNNCUT_AT_MIN_KBPS 8u
#define DNNCUT_AT_MAX_KBPS 9u
#define DNNCUT_AT_MIN_SLOWDOWN 10u
#define DNNCUT_AT_MAX_SLOWDOWN 11u
#define DNNCUT_AT_DWELL_MS 13u

#define DNNCUT_MAGIC 0x54434E44u /* "DNCT" */

/* The CRC-32 of anything that ends with its own CRC-32. */
#define DNNCUT_CRC_OF_INTACT 0x2144DF1Cu

/* The highest bandwidth of a table, 1 Tbit/s. */
#define DNNCUT_LIMIT_KBPS 1000000000u

/**
 * A blob that has been checked. It points into the bytes given to
 * dnncut_blob_open, which must stay there and must not change: to exchange the
 * table, write the new one elsewhere and open that. Ask the functions below
 * rather than the fields.
 */
typedef struct {
  const uint8_t *rows;
  const uint8_t *cuts;
  uint32_t header[DNNCUT_HEADER_BYTES / 4u];
} dnncut_blob;

static inline uint32_t dnncut_blob_model_id(const dnncut_blob *blob) {
  return blob->header[DNNCUT_AT_MODEL_ID];
}

static inline uint32_t dnncut_blob_interface_hash(const dnncut_blob *blob) {
  return blob->header[DNNCUT_AT_INTERFACE_HASH];
}

static inline uint32_t dnncut_blob_row_count(const dnncut_blob *blob) {
  return blob->header[DNNCUT_AT_ROW_COUNT_CUT_BYTES] & 0xFFFFu;
}

static inline uint32_t dnncut_blob_cut_count(const dnncut_blob *blob) {
  return blob->header[DNNCUT_AT_CUT_COUNT_FALLBACK] & 0xFFFFu;
}

static inline uint16_t dnncut_blob_fallback(const dnncut_blob *blob) {
  return dnncut_low16(blob->header[DNNCUT_AT_CUT_COUNT_FALLBACK] >> 16);
}

/* Little-endian words byte by byte: any alignment, any machine. */
static inline void dnncut_load_words(uint32_t *words, uint32_t count,
                                     const uint8_t *bytes) {
  uint32_t at;
  for (at = 0; at < count; ++at) {
    const uint8_t *const word = &bytes[at * 4u];
    const uint32_t byte0 = word[0];
    const uint32_t byte1 = word[1];
    const uint32_t byte2 = word[2];
    const uint32_t byte3 = word[3];
    words[at] = byte0 | (byte1 << 8) | (byte2 << 16) | (byte3 << 24);
  }
}

static inline uint64_t dnncut_join(uint32_t low, uint32_t high) {
  const uint64_t wide = high;
  return (wide << 32) | low;
}

/** Reads row `number` < row_count. */
static inline void dnncut_blob_row(const dnncut_blob *blob, uint32_t number,
                                   dnncut_row *row) {
  const uint32_t row_bytes = blob->header[DNNCUT_AT_HEADER_ROW_BYTES] >> 16;
  uint32_t words[DNNCUT_ROW_BYTES / 4u];
  dnncut_load_words(words, DNNCUT_ROW_BYTES / 4u,
                    &blob->rows[number * row_bytes]);
  row->min_kbps = words[0];
  row->down_kbps = words[1];
  row->up_kbps = words[2];
  row->cut = dnncut_low16(words[3]);
}

/** Reads cut `number` < cut_count. */
static inline void dnncut_blob_cut(const dnncut_blob *blob, uint32_t number,
                                   dnncut_cut *cut) {
  const uint32_t cut_bytes = blob->header[DNNCUT_AT_ROW_COUNT_CUT_BYTES] >> 16;
  uint32_t words[DNNCUT_CUT_BYTES / 4u];
  dnncut_load_words(words, DNNCUT_CUT_BYTES / 4u,
                    &blob->cuts[number * cut_bytes]);
  cut->fixed_ns = dnncut_join(words[0], words[1]);
  cut->server_ns = dnncut_join(words[2], words[3]);
  cut->link_bytes = dnncut_join(words[4], words[5]);
  cut->device_layers = words[6];
  cut->flags = words[7];
}

/* ---------------------------------------------------- checking the blob */

/* CRC-32/ISO-HDLC, zlib's, bit by bit: a table of 256 words would be larger
 * than most blobs. "123456789" gives 0xCBF43926. */
static inline uint32_t dnncut_crc32(const uint8_t *bytes, uint32_t size) {
  uint32_t crc = 0xFFFFFFFFu;
  uint32_t at;
  uint32_t bit;
  for (at = 0; at < size; ++at) {
    crc ^= bytes[at];
    for (bit = 0; bit < 8u; ++bit) {
      /* 0 - 1 is all ones: the polynomial if the bit shifted out was set. */
      crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
    }
  }
  return ~crc;
}

/* Whether header, rows and cuts lie in the `body_bytes` before the CRC; if so,
 * finds them. Two products of 16 bits each and a number of 16 bits: their sum
 * may be more than 2^32, so they are taken off what is left one by one. */
static inline uint8_t dnncut_blob_find_parts(dnncut_blob *blob,
                                             const uint8_t *data,
                                             uint32_t body_bytes) {
  const uint32_t header_bytes =
      blob->header[DNNCUT_AT_HEADER_ROW_BYTES] & 0xFFFFu;
  const uint32_t row_bytes = blob->header[DNNCUT_AT_HEADER_ROW_BYTES] >> 16;
  const uint32_t cut_bytes = blob->header[DNNCUT_AT_ROW_COUNT_CUT_BYTES] >> 16;
  const uint32_t rows_bytes = row_bytes * dnncut_blob_row_count(blob);
  const uint32_t cuts_bytes = cut_bytes * dnncut_blob_cut_count(blob);
  uint8_t found = 0;
  if ((header_bytes >= DNNCUT_HEADER_BYTES) &&
      (row_bytes >= DNNCUT_ROW_BYTES) && (cut_bytes >= DNNCUT_CUT_BYTES) &&
      (header_bytes <= body_bytes) &&
      (rows_bytes <= (body_bytes - header_bytes)) &&
      (cuts_bytes <= (body_bytes - header_bytes - rows_bytes))) {
    blob->rows = &data[header_bytes];
    blob->cuts = &data[header_bytes + rows_bytes];
    found = 1;
  }
  return found;
}

/* Whether counts and ranges are possible. What is_ordered finds anyway is not
 * asked twice: that there are cuts, and that min_kbps <= max_kbps. */
static inline uint8_t dnncut_blob_is_sane(const dnncut_blob *blob) {
  const uint32_t *const header = blob->header;
  /* DNNCUT_NO_CUT comes around to 0, which is allowed. */
  const uint32_t after_fallback = (dnncut_blob_fallback(blob) + 1u) & 0xFFFFu;
  return ((dnncut_blob_row_count(blob) > 0u) &&
          (after_fallback <= dnncut_blob_cut_count(blob)) &&
          (header[DNNCUT_AT_MIN_KBPS] > 0u) &&
          (header[DNNCUT_AT_MAX_KBPS] <= DNNCUT_LIMIT_KBPS) &&
          /* From 1 to the maximum; 0 - 1 is more than any number. */
          ((header[DNNCUT_AT_MIN_SLOWDOWN] - 1u) <
           header[DNNCUT_AT_MAX_SLOWDOWN]))
             ? 1u
             : 0u;
}

/* Whether the rows follow each other from min_kbps to max_kbps, with thresholds
 * at or beyond their ends but in the range, and name cuts that exist. From the
 * last row to the first, because a row ends where the next one starts. */
static inline uint8_t dnncut_blob_is_ordered(const dnncut_blob *blob) {
  const uint32_t min_kbps = blob->header[DNNCUT_AT_MIN_KBPS];
  const uint32_t max_kbps = blob->header[DNNCUT_AT_MAX_KBPS];
  uint32_t next_kbps = max_kbps + 1u; /* where the next row starts */
  uint32_t left = dnncut_blob_row_count(blob);
  while (left > 0u) {
    dnncut_row row;
    --left;
    dnncut_blob_row(blob, left, &row);
    if ((min_kbps <= row.down_kbps) && (row.down_kbps <= row.min_kbps) &&
        (row.min_kbps < next_kbps) && ((next_kbps - 1u) <= row.up_kbps) &&
        (row.up_kbps <= max_kbps) && (row.cut < dnncut_blob_cut_count(blob))) {
      next_kbps = row.min_kbps;
    } else {
      next_kbps = 0; /* never min_kbps */
      left = 0;
    }
  }
  return (next_kbps == min_kbps) ? 1u : 0u;
}

/**
 * Checks everything about the `size` bytes at `data` and makes `blob` ready.
 * Returns DNNCUT_OK or what is wrong. `size` may be more than the blob has (a
 * flash sector); no more than `size` bytes are read whatever they hold. Only
 * after DNNCUT_OK may `blob` be given to the functions below.
 *
 * The caller decides whether it is the right table: compare its model id and
 * interface hash with those of the halves on the device (the macros of
 * dnncut_table.h) and of the server.
 */
static inline int dnncut_blob_open(dnncut_blob *blob, const uint8_t *data,
                                   size_t size) {
  int status = DNNCUT_E_SHORT;
  if (size >= DNNCUT_MIN_BLOB_BYTES) {
    uint32_t total_bytes;
    dnncut_load_words(blob->header, DNNCUT_HEADER_BYTES / 4u, data);
    total_bytes = blob->header[DNNCUT_AT_TOTAL_BYTES];
    if (blob->header[DNNCUT_AT_MAGIC] != DNNCUT_MAGIC) {
      status = DNNCUT_E_MAGIC;
    } else if ((blob->header[DNNCUT_AT_VERSION] & 0xFFFFu) !=
               DNNCUT_FORMAT_MAJOR) {
      status = DNNCUT_E_VERSION;
    } else if ((total_bytes < DNNCUT_MIN_BLOB_BYTES) || (total_bytes > size)) {
      status = DNNCUT_E_LENGTH;
    } else if (dnncut_crc32(data, total_bytes) != DNNCUT_CRC_OF_INTACT) {
      status = DNNCUT_E_CRC;
    } else if ((dnncut_blob_find_parts(blob, data,
                                       total_bytes - DNNCUT_CRC_BYTES) == 0u) ||
               (dnncut_blob_is_sane(blob) == 0u)) {
      status = DNNCUT_E_LAYOUT;
    } else if (dnncut_blob_is_ordered(blob) == 0u) {
      status = DNNCUT_E_ORDER;
    } else {
      status = DNNCUT_OK;
    }
  }
  return status;
}

/* --------------------------------------- the three questions, of a blob */

/* Reads the row of `kbps` as dnncut_row_for_kbps finds it; returns its number.
 */
static inline uint16_t dnncut_blob_row_for_kbps(const dnncut_blob *blob,
                                                uint32_t kbps,
                                                dnncut_row *row) {
  uint32_t number = dnncut_blob_row_count(blob);
  do {
    --number;
    dnncut_blob_row(blob, number, row);
  } while ((number > 0u) && (row->min_kbps > kbps));
  return dnncut_low16(number);
}

/** dnncut_cut_for_kbps of a blob. */
static inline uint16_t dnncut_blob_cut_for_kbps(const dnncut_blob *blob,
                                                uint32_t kbps) {
  uint16_t cut = dnncut_blob_fallback(blob);
  if (kbps != 0u) {
    dnncut_row row;
    (void)dnncut_blob_row_for_kbps(blob, kbps, &row);
    cut = row.cut;
  }
  return cut;
}

/** dnncut_step of a blob. */
static inline uint16_t dnncut_blob_step(const dnncut_blob *blob,
                                        dnncut_state *state, uint32_t kbps,
                                        uint32_t now_ms) {
  const uint32_t *const header = blob->header;
  uint16_t cut = dnncut_blob_fallback(blob);
  dnncut_row row;
  const uint16_t there = dnncut_blob_row_for_kbps(blob, kbps, &row);
  dnncut_blob_row(blob,
                  dnncut_current_row(
                      state, dnncut_low16(dnncut_blob_row_count(blob)), there),
                  &row);
  dnncut_move(state, &row, there, cut, header[DNNCUT_AT_DWELL_MS],
              dnncut_known_kbps(kbps, header[DNNCUT_AT_MIN_KBPS],
                                header[DNNCUT_AT_MAX_KBPS]),
              now_ms);
  if (state->place == DNNCUT_IN_ROW) {
    dnncut_blob_row(blob, state->row, &row);
    cut = row.cut;
  }
  return cut;
}

/** dnncut_best of a blob. */
static inline uint16_t dnncut_blob_best(const dnncut_blob *blob, uint32_t kbps,
                                        uint32_t rtt_us,
                                        uint32_t slowdown_permille) {
  const uint32_t *const header = blob->header;
  const uint32_t cut_count = dnncut_blob_cut_count(blob);
  dnncut_leader leader = {0, 0, 0, DNNCUT_NO_CUT};
  dnncut_moment moment;
  uint32_t number;
  moment.kbps = dnncut_clamp(kbps, header[DNNCUT_AT_MIN_KBPS],
                             header[DNNCUT_AT_MAX_KBPS]);
  moment.rtt_us = rtt_us;
  moment.slowdown_permille =
      dnncut_clamp(slowdown_permille, header[DNNCUT_AT_MIN_SLOWDOWN],
                   header[DNNCUT_AT_MAX_SLOWDOWN]);
  for (number = 0; number < cut_count; ++number) {
    dnncut_cut cut;
    dnncut_blob_cut(blob, number, &cut);
    dnncut_consider(&leader, dnncut_low16(number), &cut, &moment);
  }
  return (kbps == 0u) ? dnncut_blob_fallback(blob) : leader.cut;
}

#endif /* DNNCUT_LOOKUP_H */
