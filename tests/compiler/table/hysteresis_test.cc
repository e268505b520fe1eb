// SPDX-License-Identifier: Apache-2.0
#include "compiler/table/hysteresis.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/problem/objective.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

// May the cut of a row be kept at `kbps`? As the header says it.
bool MayKeep(const Problem& problem, const CutTable& table, int row,
             int64_t kbps, const HysteresisLimit& limit) {
  const auto latency = [&](int cut) {
    return LatencyOf(table.cuts[cut].costs, problem.downlink).At(kbps);
  };
  const Int128 kept = latency(table.rows[row].cut);
  const Int128 best = latency(FindRow(table, kbps).cut);
  if (limit.kind == HysteresisLimit::Kind::kSwitchingCost) {
    return kept <= best + Int128{kbps} * limit.limit;
  }
  return kept * kHysteresisWhole <= best * (kHysteresisWhole + limit.limit);
}

void ExpectLongestRanges(const Problem& problem, const CutTable& table,
                         const HysteresisLimit& limit) {
  const Hysteresis hysteresis = MakeHysteresis(table, problem.downlink, limit);
  ASSERT_EQ(hysteresis.stay.size(), table.rows.size());
  CostRatio worst;
  for (int row = 0; row < std::ssize(table.rows); ++row) {
    const auto may = [&](int64_t kbps) {
      return MayKeep(problem, table, row, kbps, limit);
    };
    BandwidthRange expected = {table.rows[row].min_kbps,
                               table.rows[row].max_kbps};
    while (expected.min_kbps > problem.range.min_kbps &&
           may(expected.min_kbps - 1)) {
      --expected.min_kbps;
    }
    while (expected.max_kbps < problem.range.max_kbps &&
           may(expected.max_kbps + 1)) {
      ++expected.max_kbps;
    }
    EXPECT_EQ(hysteresis.stay[row], expected) << "row " << row;
    for (int64_t kbps = expected.min_kbps; kbps <= expected.max_kbps; ++kbps) {
      const auto line = [&](int cut) {
        return LatencyOf(table.cuts[cut].costs, problem.downlink);
      };
      worst = std::max(worst, RatioAt(line(table.rows[row].cut),
                                      line(FindRow(table, kbps).cut), kbps));
    }
  }
  EXPECT_FALSE(worst < hysteresis.worst);
  EXPECT_FALSE(hysteresis.worst < worst);
}

const std::vector<HysteresisLimit> kLimits = {
    {HysteresisLimit::Kind::kRegret, 0},
    {HysteresisLimit::Kind::kRegret, 10'000'000},
    {HysteresisLimit::Kind::kRegret, 99'999'999},
    {HysteresisLimit::Kind::kRegret, kMaxHysteresis},
    {HysteresisLimit::Kind::kSwitchingCost, 0},
    {HysteresisLimit::Kind::kSwitchingCost, 5},
    {HysteresisLimit::Kind::kSwitchingCost, 200'000},
    {HysteresisLimit::Kind::kSwitchingCost, 3'600'000'000'000}};

TEST(Hysteresis, RangesAreTheLongestThatTheLimitAllows) {
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE(seed);
    Problem problem = RandomFeasibleProblem(seed, 10);
    problem.range = {1, 400};
    const CutTable table = BuildCutTable(problem, MakeBlockGraph(problem));
    for (const HysteresisLimit& limit : kLimits) {
      ExpectLongestRanges(problem, table, limit);
    }
  }
}

// The rows of a smaller table are not the best ones.
TEST(Hysteresis, OfRowsThatAreNotTheBest) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(seed);
    Problem problem = RandomFeasibleProblem(seed, 10);
    problem.range = {1, 100};
    Random random(seed);
    CutTable table;
    for (const CandidateCut& cut : EnumerateCuts(problem)) {
      table.cuts.push_back({cut.cut, CountCosts(problem, cut.cut)});
      if (table.cuts.size() == 5) break;
    }
    for (int64_t kbps = 1; kbps <= 100; kbps += 20) {
      table.rows.push_back({kbps, kbps + 19, random.Below(table.cuts.size())});
    }
    for (const HysteresisLimit& limit : kLimits) {
      ExpectLongestRanges(problem, table, limit);
    }
  }
}

}  // namespace
}  // namespace dnncut
