// SPDX-License-Identifier: Apache-2.0
#include "compiler/table/lower_envelope.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "tests/testing.h"

namespace dnncut {
namespace {

// Few different numbers, so that there are ties of two and three kinds.
std::vector<EnvelopeCut> RandomCuts(Random* random) {
  std::vector<EnvelopeCut> cuts(1 + random->Below(8));
  for (EnvelopeCut& cut : cuts) {
    cut.cost = {random->Below(9) * int64_t{1'000'000}, random->Below(40)};
    cut.device_layers = random->Below(3);
  }
  return cuts;
}

TEST(LowerEnvelope, IsTheBestCutAtEveryBandwidth) {
  Random random(1);
  size_t most = 0;
  for (int i = 0; i < 5000 && !HasFailure(); ++i) {
    SCOPED_TRACE(i);
    const std::vector<EnvelopeCut> cuts = RandomCuts(&random);
    const int64_t first = 1 + random.Below(20);
    const BandwidthRange range = {first, first + random.Below(40)};
    const std::vector<TableRow> rows = LowerEnvelope(cuts, range);
    std::vector<TableRow> expected;
    for (int64_t w = range.min_kbps; w <= range.max_kbps; ++w) {
      const auto best =
          std::min_element(cuts.begin(), cuts.end(),
                           [w](const EnvelopeCut& a, const EnvelopeCut& b) {
                             return std::tuple(a.cost.At(w), a.device_layers) <
                                    std::tuple(b.cost.At(w), b.device_layers);
                           });
      const int cut = static_cast<int>(best - cuts.begin());
      if (expected.empty() || expected.back().cut != cut) {
        expected.push_back({w, w, cut});
      }
      expected.back().max_kbps = w;
    }
    EXPECT_EQ(rows, expected);
    most = std::max(most, rows.size());
  }
  EXPECT_GE(most, 3u);
}

TEST(LowerEnvelope, HoldsTheWidestNumbers) {
  const std::vector<EnvelopeCut> cuts = {{{INT64_MAX, 0}, 1},
                                         {{0, INT64_MAX}, 0}};
  const std::vector<TableRow> rows = {{1, kByteNsKbps - 1, 0},
                                      {kByteNsKbps, kLimitKbps, 1}};
  EXPECT_EQ(LowerEnvelope(cuts, {1, kLimitKbps}), rows);
}

}  // namespace
}  // namespace dnncut
