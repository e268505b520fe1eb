/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How fast the link is, from the transfers that a device makes anyway.
 *
 *   static dnncut_bandwidth link;
 *   dnncut_bandwidth_init(&link, 30000, 1024);
 *   ...
 *   after each upload:   dnncut_bandwidth_add(&link, bytes, microseconds, now);
 *   before an inference: kbps = dnncut_bandwidth_kbps(&link, now);
 *   the server is gone:  dnncut_bandwidth_forget(&link);
 *
 * The answer goes into dnncut_cut_for_kbps, dnncut_step or dnncut_best of
 * dnncut_lookup.h. It is 0 when nothing is known or what is known is too old,
 * and they answer 0 with the fallback.
 *
 * Three parts, all in integers:
 *
 * The mean. Two sums, of bytes and of microseconds, lose an eighth of
 * themselves with each transfer before it is added (an exponentially weighted
 * moving average); the bandwidth is their quotient. So a transfer counts as
 * much as it took time, and the quotient is what the link carried. The mean of
 * the transfers' own bandwidths would be too high: short, lucky ones would
 * weigh as much as long ones.
 *
 * The change detector. When a radio changes cells, an average needs dozens of
 * transfers to follow, and in between it names bandwidths that never were.
 * Edgent (Li, Zeng, Zhou, Chen, "Edge AI: On-Demand Accelerating Deep Neural
 * Network Inference via Edge Computing", 2020) therefore finds change points of
 * the bandwidth with Bayesian online inference (Adams, MacKay 2007): after each
 * sample, a distribution over the time since the last change, in floating point
 * and in memory that grows with that time. The question that firmware has is
 * simpler, and a count answers it: a transfer is *odd* when it is more than
 * half as fast again as the mean, or less than two thirds as fast. An odd one
 * adds 2 to a score, another one takes 1 off. At 6 the mean starts anew from
 * the transfers since the score was 0. So it follows a jump with the third
 * transfer after it, a single odd transfer never counts, and a link of which
 * every other transfer is odd comes to the mean of both kinds. This is the
 * cumulative sum test (Page 1954), with fixed steps in place of likelihoods.
 *
 * Odd transfers do not enter the mean until they have been confirmed like that.
 *
 * Age. After max_age_ms without a transfer the estimate is forgotten.
 */
#ifndef DNNCUT_BANDWIDTH_H
#define DNNCUT_BANDWIDTH_H

#include <stdint.h>

/* A transfer decays to 7/8 with each that follows. */
#define DNNCUT_BANDWIDTH_DECAY_SHIFT 3u

/* Sums are in sixteenths, so that they decay well when they are small; with at
 * most 2^24 from each transfer they stay below 2^31. */
#define DNNCUT_BANDWIDTH_FRACTION_SHIFT 4u
#define DNNCUT_BANDWIDTH_LIMIT 0x1000000u

#define DNNCUT_BANDWIDTH_ODD_SCORE 2u
#define DNNCUT_BANDWIDTH_CHANGE_SCORE 6u

/* Bytes and the time they took. As a transfer: both below 2^28; as a sum: both
 * below 2^31. */
typedef struct {
  uint32_t bytes16; /* in 1/16 bytes */
  uint32_t us16;    /* in 1/16 microseconds; 0: nothing in it */
} dnncut_traffic;

/** An estimator. All bytes zero: nothing known, never too old, no transfer too
 * small. */
typedef struct {
  uint32_t max_age_ms;    /**< 0: never too old */
  uint32_t min_bytes;     /**< smaller transfers are ignored */
  uint32_t newest_ms;     /**< when the last transfer that counted was added */
  uint32_t pending_bytes; /**< of transfers in which the clock did not tick */
  dnncut_traffic mean;    /**< decayed sums */
  dnncut_traffic recent;  /**< all transfers since the score was 0 */
  uint32_t score;         /**< of odd transfers */
} dnncut_bandwidth;

/* An array of -1 does not compile. */
typedef char dnncut_check_bandwidth[(sizeof(dnncut_bandwidth) == 36u) ? 1 : -1];

/** Forgets all transfers: unknown until the next one. */
static inline void dnncut_bandwidth_forget(dnncut_bandwidth *link) {
  link->pending_bytes = 0;
  link->mean.bytes16 = 0;
  link->mean.us16 = 0;
  link->recent.bytes16 = 0;
  link->recent.us16 = 0;
  link->score = 0;
}

/**
 * Makes `link` ready. `max_age_ms`: how long an estimate holds without a new
 * transfer, 0 for ever. `min_bytes`: transfers below that are ignored, because
 * they show the round trip time rather than the bandwidth; ten times what the
 * link carries in a round trip is right, 1024 not bad.
 */
static inline void dnncut_bandwidth_init(dnncut_bandwidth *link,
                                         uint32_t max_age_ms,
                                         uint32_t min_bytes) {
  link->max_age_ms = max_age_ms;
  link->min_bytes = min_bytes;
  link->newest_ms = 0;
  dnncut_bandwidth_forget(link);
}

/* Forgets what is too old. The difference of two times is right when the clock
 * wraps around; to forget, and not just to answer 0, keeps an estimate from
 * coming back to life when the clock has come around to its age. */
static inline void dnncut_bandwidth_age(dnncut_bandwidth *link,
                                        uint32_t now_ms) {
  if ((link->max_age_ms != 0u) &&
      ((now_ms - link->newest_ms) > link->max_age_ms)) {
    dnncut_bandwidth_forget(link);
  }
}

/* A transfer, shortened to what sums can take: halved, both bytes and time,
 * which leaves its bandwidth the same and makes it count less. */
static inline dnncut_traffic dnncut_bandwidth_transfer(uint32_t bytes,
                                                       uint32_t us) {
  uint32_t few_bytes = bytes;
  uint32_t short_us = us;
  dnncut_traffic transfer;
  while ((few_bytes >= DNNCUT_BANDWIDTH_LIMIT) ||
         (short_us >= DNNCUT_BANDWIDTH_LIMIT)) {
    few_bytes >>= 1;
    short_us >>= 1;
  }
  transfer.bytes16 = few_bytes << DNNCUT_BANDWIDTH_FRACTION_SHIFT;
  transfer.us16 =
      (short_us == 0u) ? 1u : (short_us << DNNCUT_BANDWIDTH_FRACTION_SHIFT);
  return transfer;
}

/* Decays a sum to 7/8, rounded to nearest, and adds a transfer. */
static inline uint32_t dnncut_bandwidth_mix(uint32_t sum, uint32_t part) {
  const uint32_t half = 1u << (DNNCUT_BANDWIDTH_DECAY_SHIFT - 1u);
  return (sum - ((sum + half) >> DNNCUT_BANDWIDTH_DECAY_SHIFT)) + part;
}

static inline void dnncut_bandwidth_mix_in(dnncut_traffic *sum,
                                           const dnncut_traffic *transfer) {
  sum->bytes16 = dnncut_bandwidth_mix(sum->bytes16, transfer->bytes16);
  sum->us16 = dnncut_bandwidth_mix(sum->us16, transfer->us16);
}

/* Whether a transfer is above 3/2 or below 2/3 of the mean. Products of two
 * numbers of 31 and 28 bits and a 3 have room in 64 bits. */
static inline uint8_t dnncut_bandwidth_is_odd(const dnncut_traffic *mean,
                                              const dnncut_traffic *transfer) {
  const uint64_t mean_bytes = mean->bytes16;
  const uint64_t mean_us = mean->us16;
  const uint64_t as_it_was = mean_us * transfer->bytes16;
  const uint64_t as_expected = mean_bytes * transfer->us16;
  return (((2u * as_it_was) > (3u * as_expected)) ||
          ((3u * as_it_was) < (2u * as_expected)))
             ? 1u
             : 0u;
}

/* Keeps the score, and what to start anew from when it says so. */
static inline void dnncut_bandwidth_count_odd(dnncut_bandwidth *link,
                                              const dnncut_traffic *transfer,
                                              uint8_t odd) {
  if (odd != 0u) {
    link->score += DNNCUT_BANDWIDTH_ODD_SCORE;
  } else if (link->score > 0u) {
    link->score -= 1u;
  } else {
    /* as usual */
  }
  if (link->score == 0u) {
    link->recent.bytes16 = 0;
    link->recent.us16 = 0;
  } else {
    dnncut_bandwidth_mix_in(&link->recent, transfer);
  }
  if (link->score >= DNNCUT_BANDWIDTH_CHANGE_SCORE) {
    link->mean.bytes16 = link->recent.bytes16;
    link->mean.us16 = link->recent.us16;
    link->recent.bytes16 = 0;
    link->recent.us16 = 0;
    link->score = 0;
  }
}

/**
 * Adds a transfer of `bytes` bytes that took `us` microseconds and ended at
 * `now_ms`, of any clock that counts milliseconds and wraps around at 2^32.
 * Measure the transfer alone: from the first byte handed to the network to the
 * moment the other side has them all, without what the server computes then,
 * and less the round trip time if it is known.
 *
 * A clock that did not tick (us 0) is no news about time: the bytes are kept
 * and count with the next transfer in which it does.
 */
static inline void dnncut_bandwidth_add(dnncut_bandwidth *link, uint32_t bytes,
                                        uint32_t us, uint32_t now_ms) {
  dnncut_bandwidth_age(link, now_ms);
  if ((bytes > 0u) && (bytes >= link->min_bytes)) {
    const uint32_t room = 0xFFFFFFFFu - link->pending_bytes;
    const uint32_t all_bytes =
        (bytes > room) ? 0xFFFFFFFFu : (bytes + link->pending_bytes);
    if (us == 0u) {
      link->pending_bytes = all_bytes;
    } else {
      const dnncut_traffic transfer = dnncut_bandwidth_transfer(all_bytes, us);
      const uint8_t odd = (link->mean.us16 == 0u)
                              ? 0u
                              : dnncut_bandwidth_is_odd(&link->mean, &transfer);
      link->pending_bytes = 0;
      if (odd == 0u) {
        dnncut_bandwidth_mix_in(&link->mean, &transfer);
      }
      dnncut_bandwidth_count_odd(link, &transfer, odd);
    }
    link->newest_ms = now_ms;
  }
}

/* dividend / divisor, rounded down, at most 2^32 - 1: by shifts and
 * subtractions, because small machines have no instruction for it and the
 * library's 64-bit division is large. divisor < 2^31 and not 0. */
static inline uint32_t dnncut_bandwidth_divide(uint64_t dividend,
                                               uint32_t divisor) {
  uint64_t rest = dividend >> 32;
  uint64_t low = dividend & 0xFFFFFFFFu;
  uint32_t quotient = 0xFFFFFFFFu;
  if (rest < divisor) {
    uint32_t bit;
    quotient = 0;
    for (bit = 0; bit < 32u; ++bit) {
      low <<= 1;
      rest = (rest << 1) | (low >> 32);
      low &= 0xFFFFFFFFu;
      quotient <<= 1;
      if (rest >= divisor) {
        rest -= divisor;
        quotient |= 1u;
      }
    }
  }
  return quotient;
}

/**
 * The bandwidth in kbit/s, rounded down but at least 1; 0 if there is none yet,
 * or no transfer for longer than max_age_ms. Saturates at 2^32 - 1. Call it, or
 * dnncut_bandwidth_add, at least every 24 days.
 */
static inline uint32_t dnncut_bandwidth_kbps(dnncut_bandwidth *link,
                                             uint32_t now_ms) {
  uint32_t kbps = 0;
  dnncut_bandwidth_age(link, now_ms);
  if (link->mean.us16 != 0u) {
    /* A byte per microsecond is 8000 kbit/s. */
    const uint64_t bytes16 = link->mean.bytes16;
    kbps = dnncut_bandwidth_divide(8000u * bytes16, link->mean.us16);
    if (kbps == 0u) {
      kbps = 1;
    }
  }
  return kbps;
}

#endif /* DNNCUT_BANDWIDTH_H */
