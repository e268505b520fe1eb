// SPDX-License-Identifier: Apache-2.0
#include "compiler/problem/cost_line.h"

#include <algorithm>

#include "compiler/base/rounding.h"

namespace dnncut {
namespace {

int64_t Clamp(Int128 value, int64_t low, int64_t high) {
  return static_cast<int64_t>(
      std::clamp<Int128>(value, Int128{low}, Int128{high}));
}

}  // namespace

CostLine CheckedAdd(const CostLine& a, const CostLine& b,
                    std::string_view what) {
  return {CheckedAdd(a.fixed, b.fixed, what),
          CheckedAdd(a.bytes, b.bytes, what)};
}

KbpsInterval WhereAtMost(Int128 slope, Int128 limit,
                         const BandwidthRange& range) {
  if (slope == 0) {
    return limit >= 0 ? KbpsInterval{range.min_kbps, range.max_kbps}
                      : KbpsInterval{};
  }
  // One beyond either end stands for "nowhere in the range".
  const int64_t below = range.min_kbps - 1;
  const int64_t above = range.max_kbps + 1;
  if (slope > 0) {
    return {range.min_kbps,
            Clamp(DivideDown(limit, slope), below, range.max_kbps)};
  }
  // W >= limit / slope, rounded up.
  return {Clamp(-DivideDown(limit, -slope), range.min_kbps, above),
          range.max_kbps};
}

KbpsInterval WhereNegative(const CostLine& line, const BandwidthRange& range) {
  return WhereAtMost(line.fixed, -line.OnLink() - 1, range);
}

KbpsInterval WhereNotPositive(const CostLine& line,
                              const BandwidthRange& range) {
  return WhereAtMost(line.fixed, -line.OnLink(), range);
}

KbpsInterval Intersect(const KbpsInterval& a, const KbpsInterval& b) {
  return {std::max(a.from, b.from), std::min(a.to, b.to)};
}

}  // namespace dnncut
