// SPDX-License-Identifier: Apache-2.0
//
// The ratio of two costs, as an exact fraction.
#pragma once

#include <cstdint>

#include "compiler/base/checked_math.h"
#include "compiler/problem/cost_line.h"

namespace dnncut {

// cost / base, both at one bandwidth and below 2^94. `base` may be 0 only when
// `cost` is above 0: the ratio is then infinite.
struct CostRatio {
  Int128 cost = 1;
  Int128 base = 1;

  // cost / base - 1; the nearest double or one of its neighbours, the same
  // on every machine.
  double Excess() const;
};

// The ratio of two lines; 1 when both are 0.
CostRatio RatioAt(const CostLine& line, const CostLine& base, int64_t kbps);

// Compares the fractions exactly.
bool operator<(const CostRatio& a, const CostRatio& b);

}  // namespace dnncut
