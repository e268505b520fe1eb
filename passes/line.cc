// SPDX-License-Identifier: Apache-2.0
#include "passes/line.h"

#include <algorithm>

namespace dnncut {
namespace {

// floor(a / b) for b > 0.
Int128 FloorDivide(Int128 a, Int128 b) {
  const Int128 quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

int64_t Clamp(Int128 value, int64_t low, int64_t high) {
  return static_cast<int64_t>(
      std::clamp<Int128>(value, Int128{low}, Int128{high}));
}

// The integers W of the range with slope * W <= limit.
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
            Clamp(FloorDivide(limit, slope), below, range.max_kbps)};
  }
  // W >= limit / slope, rounded up.
  return {Clamp(-FloorDivide(limit, -slope), range.min_kbps, above),
          range.max_kbps};
}

}  // namespace

KbpsInterval WhereNegative(const Line& line, const BandwidthRange& range) {
  return WhereAtMost(line.ns, -(kByteNsKbps * line.bytes) - 1, range);
}

KbpsInterval WhereNotPositive(const Line& line, const BandwidthRange& range) {
  return WhereAtMost(line.ns, -(kByteNsKbps * line.bytes), range);
}

KbpsInterval Intersect(const KbpsInterval& a, const KbpsInterval& b) {
  return {std::max(a.from, b.from), std::min(a.to, b.to)};
}

}  // namespace dnncut
