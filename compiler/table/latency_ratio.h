// SPDX-License-Identifier: Apache-2.0
//
// Latencies compared exactly: as lines over the bandwidth, and one by another
// as a fraction. Read by cut_table, regret, hysteresis, compare_latencies,
// verdict, budget_metric and splitting_model_check.
#pragma once

#include <cstdint>

#include "compiler/base/checked_math.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/problem.h"

namespace dnncut {

// What a cut takes or sends at W kbit/s, `fixed` + `falling` / W: so it is a
// line in 1 / W and never rises with the bandwidth. Neither is negative.
struct BandwidthLine {
  int64_t fixed = 0;   // in the unit of the value
  Int128 falling = 0;  // in that unit times kbit/s

  // W * the value, exactly.
  Int128 At(int64_t kbps) const;

  bool operator==(const BandwidthLine&) const = default;
};

// Of latencies, in ns.
using LatencyLine = BandwidthLine;

// Throws Error when a sum overflows.
LatencyLine LineOf(const CutCosts& costs, const Downlink& downlink);

// How often `base` goes into `latency`, both at one bandwidth and below 2^94.
// `base` is 0 only together with a `latency` above 0: infinitely often.
struct LatencyRatio {
  Int128 latency = 1;
  Int128 base = 1;

  // latency / base - 1; the nearest double or one of its neighbours, the same
  // on every machine.
  double Excess() const;
};

// The ratio of two lines; 1 when both are 0.
LatencyRatio RatioAt(const LatencyLine& line, const LatencyLine& base,
                     int64_t kbps);

// Compares the fractions exactly.
bool operator<(const LatencyRatio& a, const LatencyRatio& b);

}  // namespace dnncut
