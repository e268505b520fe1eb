// SPDX-License-Identifier: Apache-2.0
#include "compiler/objectives/robustness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "compiler/objectives/table_within.h"
#include "compiler/problem/block_graph.h"
#include "compiler/problem/memory_use.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

// What a cut costs with times that are off, times 1000 * kbps.
struct Line {
  PerSide<int64_t> ns;
  int64_t rest = 0;  // that is not off
  int64_t bytes = 0;

  Int128 At(const PerSide<int64_t>& permille, int64_t kbps) const {
    return Int128{kbps} *
               (Int128{permille.device} * ns.device +
                Int128{permille.server} * ns.server + Int128{1000} * rest) +
           Int128{1000} * kByteNsKbps * bytes;
  }
};

Line LineOf(const Problem& problem, const Cut& cut) {
  const CutCosts costs = CountCosts(problem, cut);
  return {{costs.ns.device + costs.cross_ns, costs.ns.server},
          costs.download_ns + costs.rtt_ns,
          costs.LinkBytes(problem.downlink)};
}

struct Place {
  PerSide<int64_t> permille;
  int64_t kbps = 0;
};

CostRatio RatioIn(const std::vector<Line>& lines, const Line& ours,
                  const Place& place) {
  Int128 least = ours.At(place.permille, place.kbps);
  const Int128 cost = least;
  for (const Line& line : lines) {
    least = std::min(least, line.At(place.permille, place.kbps));
  }
  if (cost == least) return {};
  return {cost, least};
}

// Every place of a fine grid of the box of a row.
std::vector<Place> GridOf(const TableRow& row, int64_t permille) {
  std::vector<Place> places;
  const int64_t low =
      std::max<int64_t>(row.min_kbps * (1000 - permille) / 1000, 1);
  const int64_t high = (row.max_kbps * (1000 + permille) + 999) / 1000;
  for (int64_t device = -2; device <= 2; ++device) {
    for (int64_t server = -2; server <= 2; ++server) {
      for (int64_t kbps = low; kbps <= high; ++kbps) {
        places.push_back(
            {{1000 + device * permille / 2, 1000 + server * permille / 2},
             kbps});
      }
    }
  }
  return places;
}

// The worst of a box is what is found, and nothing in it is worse.
TEST(Robustness, EqualsBruteForceInTheBox) {
  int regrets = 0;
  int ends = 0;
  int limited = 0;
  for (uint64_t seed = 0; seed < 2000 && !HasFailure(); ++seed) {
    Problem problem = RandomFeasibleProblem(seed, 3);
    problem.range = {5, 11};
    Random random(seed);
    if (seed % 4 == 0) {
      MemoryBound& memory = problem.memory.emplace();
      for (size_t t = 0; t < problem.tensors.size(); ++t) {
        memory.tensor_bytes.push_back({random.Below(20), random.Below(20)});
      }
      memory.limit.device = 20 + random.Below(30);
    }
    SCOPED_TRACE(::testing::Message() << "seed " << seed << "\n"
                                      << ProblemText(problem));
    const TableWithin within =
        BuildTableWithin(problem, MakeBlockGraph(problem), {});
    const CutTable& table = within.table;
    if (table.rows.empty()) continue;
    limited += within.is_limited;
    std::vector<Line> lines;
    for (const CandidateCut& cut : EnumerateCuts(problem)) {
      if (Fits(problem, cut.cut)) lines.push_back(LineOf(problem, cut.cut));
    }
    const int64_t permille = 2 * (1 + random.Below(240));
    std::vector<int64_t> kbps;
    for (const TableRow& row : table.rows) {
      kbps.push_back((row.min_kbps + row.max_kbps) / 2);
    }
    const Robustness robustness =
        FindRobustness(problem, table, permille, kbps);
    ASSERT_EQ(robustness.rows.size(), table.rows.size());
    for (size_t r = 0; r < table.rows.size(); ++r) {
      const RowRobustness& row = robustness.rows[r];
      const Line ours = LineOf(problem, table.cuts[table.rows[r].cut].cut);
      const CostRatio there =
          RatioIn(lines, ours, {row.worst_permille, row.worst_kbps});
      EXPECT_FALSE(there < row.worst || row.worst < there);
      for (const Place& place : GridOf(table.rows[r], permille)) {
        ASSERT_FALSE(row.worst < RatioIn(lines, ours, place))
            << place.permille.device << " " << place.permille.server << " at "
            << place.kbps;
      }
      regrets += CostRatio() < row.worst;
      for (const Side side : kSides) {
        const auto is_best = [&](int64_t factor) {
          Place place = {{1000, 1000}, kbps[r]};
          place.permille[side] = factor;
          return !(CostRatio() < RatioIn(lines, ours, place));
        };
        const auto [from, to] = row.stays_best[side];
        EXPECT_TRUE(is_best(from))
            << SideName(side) << " " << from << " to " << to;
        EXPECT_TRUE(is_best(to))
            << SideName(side) << " " << from << " to " << to;
        EXPECT_TRUE(is_best(1000));
        EXPECT_LE(from, 1000);
        EXPECT_GE(to, 1000);
        EXPECT_TRUE(from == 0 || !is_best(from - 1));
        EXPECT_TRUE(to == kMostPermille || !is_best(to + 1));
        ends += from > 0;
        ends += to < kMostPermille;
      }
    }
  }
  EXPECT_GT(regrets, 200);
  EXPECT_GT(ends, 300);
  EXPECT_GT(limited, 20);
}

}  // namespace
}  // namespace dnncut
