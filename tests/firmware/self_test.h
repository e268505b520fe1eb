/* SPDX-License-Identifier: Apache-2.0 */
/* The test of the C reader that runs everywhere: on the host, on Cortex-M, on a
 * big-endian machine. It is C99 and uses no library. */
#ifndef TESTS_FIRMWARE_SELF_TEST_H
#define TESTS_FIRMWARE_SELF_TEST_H

#include <stdint.h>

#include "dnncut_lookup.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Says which check failed; the program around the self test has it. */
void self_test_failed(const char *check, uint32_t line);

/* Number of checks that failed. */
uint32_t self_test(void);

#ifdef __cplusplus
}
#endif

/* A random walk of questions: bandwidths of all sizes, times, slowdowns. */
typedef struct {
  uint32_t seed;
  uint32_t kbps;
  uint32_t rtt_us;
  uint32_t slowdown_permille;
  uint32_t now_ms;
} walk;

static inline uint32_t walk_random(walk *w) {
  w->seed = (w->seed * 1664525u) + 1013904223u;
  return w->seed ^ (w->seed >> 15);
}

/* As many small numbers as large ones. */
static inline uint32_t walk_number(walk *w) {
  const uint32_t shift = (walk_random(w) >> 8) % 32u;
  return walk_random(w) >> shift;
}

static inline void walk_on(walk *w) {
  w->kbps = walk_number(w);
  if ((w->kbps % 16u) == 0u) {
    w->kbps = 0;
  }
  w->rtt_us = walk_number(w);
  w->slowdown_permille = walk_number(w);
  w->now_ms += walk_number(w) >> 16;
}

#define WALK_STEPS 5000u

/* All answers of a walk in one number. walk_test.cc finds the same numbers
 * without the reader. */
#define SAMPLE_DIGEST 2428967883u
#define EXTREME_DIGEST 3766564495u

static inline uint32_t digest_add(uint32_t digest, uint16_t answer) {
  return (digest ^ answer) * 16777619u;
}

#endif
