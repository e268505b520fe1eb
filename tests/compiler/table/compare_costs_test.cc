// SPDX-License-Identifier: Apache-2.0
#include "compiler/table/compare_costs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "compiler/problem/objective.h"
#include "compiler/table/cut_table.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

std::vector<CostPiece> PiecesOf(const Problem& problem, const CutTable& table) {
  std::vector<CostPiece> pieces;
  for (const TableRow& row : table.rows) {
    pieces.push_back({{row.min_kbps, row.max_kbps},
                      LatencyOf(table.cuts[row.cut].costs, problem.downlink)});
  }
  return pieces;
}

const CostLine& LineAt(const std::vector<CostPiece>& pieces, int64_t kbps) {
  return std::find_if(pieces.begin(), pieces.end(),
                      [kbps](const CostPiece& piece) {
                        return kbps <= piece.range.max_kbps;
                      })
      ->line;
}

struct Point {
  ChangeKind kind = ChangeKind::kSame;
  CostRatio ratio;
};

Point PointAt(const std::vector<CostPiece>& before,
              const std::vector<CostPiece>& after, int64_t kbps) {
  const Int128 old_ns = LineAt(before, kbps).At(kbps);
  const Int128 new_ns = LineAt(after, kbps).At(kbps);
  if (old_ns == new_ns) return {};
  return {new_ns < old_ns ? ChangeKind::kFaster : ChangeKind::kSlower,
          {new_ns, old_ns}};
}

bool IsSame(const CostRatio& a, const CostRatio& b) {
  return !(a < b) && !(b < a);
}

// Bandwidth by bandwidth.
void ExpectRight(const std::vector<CostPiece>& before,
                 const std::vector<CostPiece>& after) {
  const CostComparison found = CompareCosts(before, after);
  const int64_t first = before.front().range.min_kbps;
  const int64_t last = before.back().range.max_kbps;
  CostChange worst = {PointAt(before, after, first).ratio, first};
  CostChange best = worst;
  std::vector<ChangedRange> ranges;
  for (int64_t w = first; w <= last; ++w) {
    const Point point = PointAt(before, after, w);
    if (worst.ratio < point.ratio) worst = {point.ratio, w};
    if (point.ratio < best.ratio) best = {point.ratio, w};
    if (ranges.empty() || ranges.back().kind != point.kind) {
      ranges.push_back({{w, w}, point.kind, {point.ratio, w}});
    }
    ChangedRange& range = ranges.back();
    range.range.max_kbps = w;
    if (point.kind == ChangeKind::kFaster ? point.ratio < range.most.ratio
                                          : range.most.ratio < point.ratio) {
      range.most = {point.ratio, w};
    }
  }
  EXPECT_EQ(found.worst.kbps, worst.kbps);
  EXPECT_TRUE(IsSame(found.worst.ratio, worst.ratio));
  EXPECT_EQ(found.best.kbps, best.kbps);
  EXPECT_TRUE(IsSame(found.best.ratio, best.ratio));
  ASSERT_EQ(found.ranges.size(), ranges.size());
  for (size_t i = 0; i < ranges.size(); ++i) {
    EXPECT_EQ(found.ranges[i].range, ranges[i].range) << i;
    EXPECT_EQ(found.ranges[i].kind, ranges[i].kind) << i;
    EXPECT_EQ(found.ranges[i].most.kbps, ranges[i].most.kbps) << i;
    EXPECT_TRUE(IsSame(found.ranges[i].most.ratio, ranges[i].most.ratio)) << i;
  }
}

// The same layers with some times changed, as a retrained model has.
Problem ChangedTimes(Problem problem, uint64_t seed) {
  Random random(seed);
  for (ProblemLayer& layer : problem.layers) {
    if (!random.Chance(1, 2)) continue;
    layer.ns.device = layer.ns.device * (80 + random.Below(50)) / 100;
    layer.ns.server = layer.ns.server * (80 + random.Below(50)) / 100;
  }
  if (random.Chance(1, 4)) problem.rtt_ns += 1'000'000;
  return problem;
}

TEST(CompareCosts, EqualsEveryBandwidthOfChangedProblems) {
  int with_both = 0;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    const Problem before = RandomFeasibleProblem(seed, 10);
    const Problem after = ChangedTimes(before, seed);
    const CutTable old_table = BuildCutTable(before, MakeBlockGraph(before));
    const CutTable new_table = BuildCutTable(after, MakeBlockGraph(after));
    SCOPED_TRACE(::testing::Message() << "seed " << seed << "\n"
                                      << ProblemText(before) << "\n"
                                      << ProblemText(after));
    ExpectRight(PiecesOf(before, old_table), PiecesOf(after, new_table));
    if (HasFailure()) return;
    const CostComparison found =
        CompareCosts(PiecesOf(before, old_table), PiecesOf(after, new_table));
    with_both +=
        CostRatio() < found.worst.ratio && found.best.ratio < CostRatio();
  }
  EXPECT_GT(with_both, 50);
}

// Lines with zeros, that cross between and at whole bandwidths, or are equal.
std::vector<CostPiece> RandomPieces(Random* random) {
  std::vector<CostPiece> pieces;
  int64_t kbps = 3;
  while (kbps <= 40) {
    const int64_t end = std::min<int64_t>(40, kbps + random->Below(20));
    pieces.push_back({{kbps, end}, {random->Below(5), random->Below(60)}});
    kbps = end + 1;
  }
  return pieces;
}

TEST(CompareCosts, EqualsEveryBandwidthOfAnyLines) {
  Random random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::vector<CostPiece> before = RandomPieces(&random);
    ExpectRight(before, RandomPieces(&random));
    if (HasFailure()) {
      FAIL() << "number " << i << " of seed 1";
    }
  }
}

TEST(CompareCosts, HoldsTheWidestNumbers) {
  const int64_t most_ns = int64_t{1} << 62;
  const std::vector<CostPiece> before = {{{1, kLimitKbps}, {most_ns, 0}}};
  const std::vector<CostPiece> after = {{{1, kLimitKbps}, {most_ns, most_ns}}};
  const CostComparison found = CompareCosts(before, after);
  ASSERT_EQ(found.ranges.size(), 1u);
  EXPECT_EQ(found.worst.kbps, 1);
  EXPECT_EQ(found.worst.ratio.Excess(), 8e6);
  EXPECT_EQ(found.best.kbps, kLimitKbps);
  EXPECT_EQ(found.best.ratio.Excess(), 0.008);
}

TEST(CostRatio, ComparesProductsOf188Bits) {
  // Neighbours in the Farey sense: they differ by 1 in the last place.
  const Int128 big = (static_cast<Int128>(1) << 94) - 3;
  const CostRatio smaller{big, big - 1};
  const CostRatio larger{big - 1, big - 2};
  EXPECT_TRUE(smaller < larger);
  EXPECT_FALSE(larger < smaller);
  EXPECT_FALSE(larger < larger);
  const CostRatio infinite{5, 0};
  EXPECT_TRUE(larger < infinite);
  EXPECT_FALSE(infinite < larger);
}

}  // namespace
}  // namespace dnncut
