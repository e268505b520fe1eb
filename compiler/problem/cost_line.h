// SPDX-License-Identifier: Apache-2.0
//
// What a cut, or a part of one, costs at every bandwidth. At W kbit/s that is
//
//   fixed + 8e6 * bytes / W
//
// and W times that is a straight line in W with integer coefficients, so that
// costs at one bandwidth are compared, and bandwidths at which one cost is
// below another are found, without rounding.
#pragma once

#include <cstdint>
#include <string_view>

#include "compiler/base/checked_math.h"
#include "compiler/problem/problem.h"

namespace dnncut {

struct CostLine {
  int64_t fixed = 0;  // at any bandwidth; ns, times the weights of an objective
  int64_t bytes = 0;  // on the link, times its weight

  // W * the cost. Below 2^94 for costs of cuts: 2^30 * 2^63 + 2^23 * 2^63.
  Int128 At(int64_t kbps) const { return kbps * Int128{fixed} + OnLink(); }
  // The part of At() that is the same at every W.
  Int128 OnLink() const { return Int128{kByteNsKbps} * bytes; }

  bool operator==(const CostLine&) const = default;

  // Unchecked: parts of a block graph that MakeBlockGraph has made, whose sums
  // fit. Differences may be negative.
  CostLine& operator+=(const CostLine& other) {
    fixed += other.fixed;
    bytes += other.bytes;
    return *this;
  }
  CostLine& operator-=(const CostLine& other) {
    fixed -= other.fixed;
    bytes -= other.bytes;
    return *this;
  }
};

inline CostLine operator+(CostLine a, const CostLine& b) { return a += b; }
inline CostLine operator-(CostLine a, const CostLine& b) { return a -= b; }

// Throws Error "... is too large" when a sum overflows, with `what` in front.
CostLine CheckedAdd(const CostLine& a, const CostLine& b,
                    std::string_view what);

// Integer bandwidths from .. to; empty when from > to.
struct KbpsInterval {
  int64_t from = 0;
  int64_t to = -1;

  bool empty() const { return from > to; }
  bool Has(int64_t kbps) const { return from <= kbps && kbps <= to; }
};

// The integers W of the range with slope * W <= limit: always one interval.
KbpsInterval WhereAtMost(Int128 slope, Int128 limit,
                         const BandwidthRange& range);

// Where in the range the line is below zero.
KbpsInterval WhereNegative(const CostLine& line, const BandwidthRange& range);
// Where in the range the line is at most zero.
KbpsInterval WhereNotPositive(const CostLine& line,
                              const BandwidthRange& range);

KbpsInterval Intersect(const KbpsInterval& a, const KbpsInterval& b);

}  // namespace dnncut
