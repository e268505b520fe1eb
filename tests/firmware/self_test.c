/* SPDX-License-Identifier: Apache-2.0 */
#include "self_test.h"

#include "dnncut_bandwidth.h"
#include "sample_table.h"
#include "table_bytes.h"

static uint32_t failures;

static void check(int holds, const char *text, uint32_t line) {
  if (!holds) {
    ++failures;
    self_test_failed(text, line);
  }
}

#define CHECK(holds) check((holds) ? 1 : 0, #holds, (uint32_t)__LINE__)

/* Room for any blob of the tests at any alignment. */
static uint8_t room[600];

static int open_status(const uint8_t *bytes, uint32_t size) {
  dnncut_blob blob;
  return dnncut_blob_open(&blob, bytes, size);
}

/* sample_bytes with one byte changed and the CRC made right again. */
static int status_with(uint32_t offset, uint8_t byte) {
  uint32_t i;
  for (i = 0; i < sizeof(sample_bytes); ++i) {
    room[i] = sample_bytes[i];
  }
  room[offset] = byte;
  put_crc(room, sizeof(sample_bytes));
  return open_status(room, sizeof(sample_bytes));
}

static void test_crc(void) {
  const uint8_t digits[] = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  CHECK(dnncut_crc32(digits, sizeof(digits)) == 0xCBF43926u);
  CHECK(dnncut_crc32(digits, 0) == 0u);
}

static void test_documented_bytes(void) {
  uint32_t i;
  CHECK(blob_size(&sample_table, &plain_layout) == sizeof(sample_bytes));
  write_blob(&sample_table, &plain_layout, room);
  for (i = 0; i < sizeof(sample_bytes); ++i) {
    CHECK(room[i] == sample_bytes[i]);
  }
}

static void test_identity(void) {
  dnncut_blob blob;
  CHECK(dnncut_blob_open(&blob, sample_bytes, sizeof(sample_bytes)) ==
        DNNCUT_OK);
  CHECK(dnncut_blob_model_id(&blob) == 0x1234ABCDu);
  CHECK(dnncut_blob_interface_hash(&blob) == 0x89EF0567u);
  CHECK(dnncut_blob_row_count(&blob) == 3u);
  CHECK(dnncut_blob_cut_count(&blob) == 4u);
  CHECK(dnncut_blob_fallback(&blob) == 0u);
}

static void test_damage(void) {
  uint32_t i;
  CHECK(open_status(sample_bytes, 0) == DNNCUT_E_SHORT);
  CHECK(open_status(sample_bytes, 115) == DNNCUT_E_SHORT);
  for (i = 116; i < sizeof(sample_bytes); ++i) {
    CHECK(open_status(sample_bytes, i) == DNNCUT_E_LENGTH);
  }
  for (i = 0; i < sizeof(sample_bytes); ++i) {
    room[i] = sample_bytes[i];
  }
  for (i = 0; i < (8u * sizeof(sample_bytes)); ++i) {
    const uint8_t bit = (uint8_t)(1u << (i % 8u));
    room[i / 8u] ^= bit;
    CHECK(open_status(room, sizeof(sample_bytes)) != DNNCUT_OK);
    room[i / 8u] ^= bit;
  }
  room[sizeof(sample_bytes)] = 0xFF; /* the rest of a flash sector */
  CHECK(open_status(room, sizeof(room)) == DNNCUT_OK);
}

/* One byte each that the CRC does not find. */
static void test_nonsense(void) {
  CHECK(status_with(3, 'X') == DNNCUT_E_MAGIC);
  CHECK(status_with(4, 2) == DNNCUT_E_VERSION);
  CHECK(status_with(5, 1) == DNNCUT_E_VERSION);
  CHECK(status_with(6, 9) == DNNCUT_OK);  /* a later minor version */
  CHECK(status_with(56, 9) == DNNCUT_OK); /* reserved */
  CHECK(status_with(9, 1) == DNNCUT_E_LENGTH);
  CHECK(status_with(8, 115) == DNNCUT_E_LENGTH);
  CHECK(status_with(20, 63) == DNNCUT_E_LAYOUT); /* header_bytes */
  CHECK(status_with(20, 65) == DNNCUT_E_LAYOUT);
  CHECK(status_with(21, 0xFF) == DNNCUT_E_LAYOUT);
  CHECK(status_with(22, 15) == DNNCUT_E_LAYOUT); /* row_bytes */
  CHECK(status_with(23, 0xFF) == DNNCUT_E_LAYOUT);
  CHECK(status_with(24, 0) == DNNCUT_E_LAYOUT); /* row_count */
  CHECK(status_with(24, 4) == DNNCUT_E_LAYOUT);
  CHECK(status_with(26, 31) == DNNCUT_E_LAYOUT); /* cut_bytes */
  CHECK(status_with(26, 33) == DNNCUT_E_LAYOUT);
  CHECK(status_with(28, 5) == DNNCUT_E_LAYOUT); /* cut_count */
  CHECK(status_with(28, 2) == DNNCUT_E_ORDER);
  CHECK(status_with(28, 0) == DNNCUT_E_LAYOUT);
  CHECK(status_with(30, 3) == DNNCUT_OK); /* fallback */
  CHECK(status_with(30, 4) == DNNCUT_E_LAYOUT);
  CHECK(status_with(31, 0xFF) == DNNCUT_E_LAYOUT);
  CHECK(status_with(32, 0) == DNNCUT_E_LAYOUT);    /* min_kbps */
  CHECK(status_with(32, 63) == DNNCUT_E_ORDER);    /* not the first row's */
  CHECK(status_with(39, 0x80) == DNNCUT_E_LAYOUT); /* max_kbps */
  CHECK(status_with(38, 0x0E) == DNNCUT_E_ORDER);
  CHECK(status_with(38, 0x10) == DNNCUT_E_ORDER); /* last up_kbps is less */
  CHECK(status_with(42, 1) == DNNCUT_E_LAYOUT);   /* slowdowns */
  CHECK(status_with(45, 0) == DNNCUT_E_LAYOUT);
}

static void test_order(void) {
  CHECK(status_with(68, 63) == DNNCUT_E_ORDER); /* down_kbps < min_kbps */
  CHECK(status_with(68, 65) == DNNCUT_E_ORDER); /* down_kbps > row's start */
  CHECK(status_with(73, 3) == DNNCUT_OK);       /* up_kbps 1000: as it was */
  CHECK(status_with(73, 2) == DNNCUT_E_ORDER);  /* up_kbps < row's end */
  CHECK(status_with(75, 1) == DNNCUT_E_ORDER);  /* up_kbps > max_kbps */
  CHECK(status_with(76, 4) == DNNCUT_E_ORDER);  /* no such cut */
  CHECK(status_with(77, 1) == DNNCUT_E_ORDER);
  CHECK(status_with(78, 1) == DNNCUT_OK); /* reserved */
  CHECK(status_with(81, 0) == DNNCUT_E_ORDER);
  CHECK(status_with(82, 1) == DNNCUT_E_ORDER); /* starts after the next one */
}

static void test_lookup(void) {
  static const uint32_t kbps[] = {0,     1,     63,      64,      827, 828,
                                  16062, 16063, 1000000, 1000001, ~0u};
  static const uint16_t cuts[] = {0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 2};
  dnncut_blob blob;
  uint32_t i;
  if (dnncut_blob_open(&blob, sample_bytes, sizeof(sample_bytes)) !=
      DNNCUT_OK) {
    return; /* test_identity says so */
  }
  for (i = 0; i < (sizeof(cuts) / sizeof(cuts[0])); ++i) {
    CHECK(dnncut_cut_for_kbps(sample_rows, 3, 0, kbps[i]) == cuts[i]);
    CHECK(dnncut_blob_cut_for_kbps(&blob, kbps[i]) == cuts[i]);
  }
  CHECK(dnncut_cut_for_kbps(sample_rows, 3, DNNCUT_NO_CUT, 0) == DNNCUT_NO_CUT);
}

static void test_step(void) {
  dnncut_state state = {0, 0, 0, 0};
  const uint32_t start = 0xFFFFFF00u; /* the clock wraps around */
  const dnncut_table *const t = &sample_table;
  CHECK(dnncut_step(t, &state, 900, start) == 1);
  CHECK(dnncut_step(t, &state, 745, start + 5000u) == 1); /* down_kbps */
  CHECK(dnncut_step(t, &state, 744, start + 5001u) == 0);
  CHECK(dnncut_step(t, &state, 1000, start + 9000u) == 0); /* up_kbps */
  CHECK(dnncut_step(t, &state, 0xFFFFFFFFu, start + 9001u) == 2);
  CHECK(dnncut_step(t, &state, 64, start + 11000u) == 2); /* 1999 ms */
  CHECK(dnncut_step(t, &state, 64, start + 11001u) == 0);
  CHECK(dnncut_step(t, &state, 5000, start + 11002u) == 0);
  CHECK(dnncut_step(t, &state, 0, start + 11003u) == 0); /* fallback */
  CHECK(dnncut_step(t, &state, 20000, start + 13002u) == 0);
  CHECK(dnncut_step(t, &state, 0, start + 13002u) == 0); /* no second change */
  CHECK(dnncut_step(t, &state, 20000, start + 13003u) == 2);
  CHECK(dnncut_step(t, &state, 0, start + 13004u) == 0); /* at once */
}

/* A dwell that has passed stays so when the clock comes around. */
static void test_step_after_49_days(void) {
  dnncut_state state = {0, 0, 0, 0};
  CHECK(dnncut_step(&sample_table, &state, 900, 5) == 1);
  CHECK(dnncut_step(&sample_table, &state, 900, 3000000000u) == 1);
  CHECK(dnncut_step(&sample_table, &state, 64, 6) == 0);
}

/* A dwell of 49 days, and no fallback. */
static void test_step_without_fallback(void) {
  dnncut_state state = {0, 0, 0, 0};
  const dnncut_table *const t = &extreme_table;
  CHECK(dnncut_step(t, &state, 0, 7) == DNNCUT_NO_CUT);
  CHECK(dnncut_step(t, &state, 5, 8) == 3); /* nothing to stay in */
  CHECK(dnncut_step(t, &state, 1000000000u, 9) == 3);
  CHECK(dnncut_step(t, &state, 0, 9) == DNNCUT_NO_CUT);
  CHECK(dnncut_step(t, &state, ~0u, 9) == 0);
}

/* A table with fewer rows takes over. */
static void test_step_of_another_table(void) {
  dnncut_state state = {0, 0, 0, 0};
  CHECK(dnncut_step(&sample_table, &state, 1000000, 0) == 2);
  CHECK(dnncut_step(&extreme_table, &state, 5, 1) == 3);
}

static void test_best(void) {
  const dnncut_table *const t = &sample_table;
  CHECK(dnncut_best(t, 0, 0, 1000) == 0);
  CHECK(dnncut_best(t, 827, 0, 1000) == 3);
  CHECK(dnncut_best(t, 16063, 0, 1000) == 2);
  CHECK(dnncut_best(t, 16063, 0, 8000) == 1);
  CHECK(dnncut_best(t, 16063, 0, ~0u) == 1); /* as 8000 */
  CHECK(dnncut_best(t, ~0u, 0, 0) == 2);     /* as 1000000 and 500 */
  CHECK(dnncut_best(t, 1, 0, 1000) == 0);    /* as 64 */
  CHECK(dnncut_best(t, 1000000, 845182, 1000) == 2);
  CHECK(dnncut_best(t, 1000000, 845184, 1000) == 0);
  /* 50 ms + 4.816896 ms + 845.183104 ms = 900 ms: fewer layers win. */
  CHECK(dnncut_best(t, 1000000, 845183, 1000) == 2);
  CHECK(dnncut_best(&extreme_table, 0, 0, 1) == DNNCUT_NO_CUT);
}

/* Both kinds of table along a walk; the answers as one number. */
static uint32_t digest_of(const dnncut_table *table, const blob_layout *layout,
                          uint32_t offset) {
  walk w = {1, 0, 0, 0, 0xFFF00000u};
  dnncut_state state = {0, 0, 0, 0};
  dnncut_state blob_state = {0, 0, 0, 0};
  dnncut_blob blob;
  uint32_t digest = 2166136261u;
  uint32_t i;
  write_blob(table, layout, &room[offset]);
  if (dnncut_blob_open(&blob, &room[offset], blob_size(table, layout)) !=
      DNNCUT_OK) {
    return 0;
  }
  for (i = 0; i < WALK_STEPS; ++i) {
    uint16_t cut;
    walk_on(&w);
    cut = dnncut_cut_for_kbps(table->rows, table->row_count, table->fallback,
                              w.kbps);
    CHECK(dnncut_blob_cut_for_kbps(&blob, w.kbps) == cut);
    digest = digest_add(digest, cut);
    cut = dnncut_step(table, &state, w.kbps, w.now_ms);
    CHECK(dnncut_blob_step(&blob, &blob_state, w.kbps, w.now_ms) == cut);
    digest = digest_add(digest, cut);
    cut = dnncut_best(table, w.kbps, w.rtt_us, w.slowdown_permille);
    CHECK(dnncut_blob_best(&blob, w.kbps, w.rtt_us, w.slowdown_permille) ==
          cut);
    digest = digest_add(digest, cut);
  }
  return digest;
}

static void test_walks(void) {
  uint32_t offset;
  for (offset = 0; offset < 4u; ++offset) {
    CHECK(digest_of(&sample_table, &plain_layout, offset) == SAMPLE_DIGEST);
    CHECK(digest_of(&extreme_table, &later_layout, offset) == EXTREME_DIGEST);
  }
}

static void test_bandwidth(void) {
  dnncut_bandwidth link;
  uint32_t i;
  dnncut_bandwidth_init(&link, 1000, 100);
  CHECK(dnncut_bandwidth_kbps(&link, 5) == 0u);
  for (i = 0; i < 50u; ++i) {
    dnncut_bandwidth_add(&link, 125000, 100000, i); /* 10 Mbit/s */
    dnncut_bandwidth_add(&link, 99, 100000, i);     /* a ping */
  }
  CHECK(dnncut_bandwidth_kbps(&link, 50) == 10000u);
  dnncut_bandwidth_add(&link, 125000, 10000000, 51); /* a single outlier */
  CHECK(dnncut_bandwidth_kbps(&link, 51) == 10000u);
  for (i = 0; i < 3u; ++i) { /* one more than takes the first outlier back */
    dnncut_bandwidth_add(&link, 125000, 100000, 52);
  }
  for (i = 0; i < 3u; ++i) {
    dnncut_bandwidth_add(&link, 125000, 1000000, 53); /* 1 Mbit/s */
  }
  CHECK(dnncut_bandwidth_kbps(&link, 53) == 1000u);
  CHECK(dnncut_bandwidth_kbps(&link, 1053) == 1000u);
  CHECK(dnncut_bandwidth_kbps(&link, 1054) == 0u); /* stale */
  dnncut_bandwidth_add(&link, 1000, 0, 1055);      /* no tick */
  CHECK(dnncut_bandwidth_kbps(&link, 1055) == 0u);
  dnncut_bandwidth_add(&link, 1000, 2000, 1056);
  CHECK(dnncut_bandwidth_kbps(&link, 1056) == 8000u);
  dnncut_bandwidth_forget(&link);
  dnncut_bandwidth_add(&link, ~0u, 1, 1057);
  CHECK(dnncut_bandwidth_kbps(&link, 1057) == ~0u); /* saturates */
}

uint32_t self_test(void) {
  failures = 0;
  test_crc();
  test_documented_bytes();
  test_identity();
  test_damage();
  test_nonsense();
  test_order();
  test_lookup();
  test_step();
  test_step_after_49_days();
  test_step_without_fallback();
  test_step_of_another_table();
  test_best();
  test_walks();
  test_bandwidth();
  return failures;
}
