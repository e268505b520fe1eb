// SPDX-License-Identifier: Apache-2.0
#include "compiler/problem/cost_line.h"

#include <gtest/gtest.h>

#include "tests/testing.h"

namespace dnncut {
namespace {

TEST(CostLine, IntervalsAgreeWithEveryBandwidth) {
  Random random(1);
  for (int i = 0; i < 3000; ++i) {
    // Slopes and constants whose lines cross zero near the range, or never.
    const CostLine line{(random.Below(41) - 20) * int64_t{1'000'000},
                        random.Below(101) - 50};
    BandwidthRange range;
    range.min_kbps = 1 + random.Below(20);
    range.max_kbps = range.min_kbps + random.Below(30);
    const KbpsInterval negative = WhereNegative(line, range);
    const KbpsInterval not_positive = WhereNotPositive(line, range);
    for (int64_t kbps = range.min_kbps; kbps <= range.max_kbps; ++kbps) {
      ASSERT_EQ(line.At(kbps) < 0, negative.from <= kbps && kbps <= negative.to)
          << "case " << i << " at " << kbps;
      ASSERT_EQ(line.At(kbps) <= 0,
                not_positive.from <= kbps && kbps <= not_positive.to)
          << "case " << i << " at " << kbps;
    }
  }
}

TEST(CostLine, StaysInsideTheRangeAtExtremes) {
  const BandwidthRange range{1, kLimitKbps};
  const CostLine steep{INT64_MAX, -INT64_MAX};
  const KbpsInterval negative = WhereNegative(steep, range);
  EXPECT_EQ(negative.from, 1);
  EXPECT_EQ(negative.to, kByteNsKbps - 1);
  EXPECT_TRUE(WhereNegative(CostLine{1, 0}, range).empty());
  EXPECT_FALSE(WhereNotPositive(CostLine{0, 0}, range).empty());
}

}  // namespace
}  // namespace dnncut
