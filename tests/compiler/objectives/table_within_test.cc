// SPDX-License-Identifier: Apache-2.0
#include "compiler/objectives/table_within.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "compiler/problem/block_graph.h"
#include "compiler/problem/memory_use.h"
#include "compiler/problem/objective.h"
#include "compiler/table/cost_ratio.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

// Limits near what the halves need.
MemoryBound TightMemory(const Problem& problem, Random* random) {
  MemoryBound memory;
  for (size_t t = 0; t < problem.tensors.size(); ++t) {
    memory.tensor_bytes.push_back({random->Below(20), random->Below(20)});
  }
  for (LayerId l = 0; l < std::ssize(problem.layers); ++l) {
    memory.weights.push_back({{random->Below(15), random->Below(15)}, {l}});
    if (l > 0 && random->Chance(1, 3)) {
      memory.weights.back().readers = {l - 1, l};
    }
  }
  for (const Side side : kSides) {
    if (random->Chance(3, 4)) memory.limit[side] = 20 + random->Below(90);
  }
  return memory;
}

// The best of `cuts` at a bandwidth; nullptr: there are none.
const CandidateCut* BestOf(const std::vector<CandidateCut>& cuts,
                           int64_t kbps) {
  const auto best = std::ranges::min_element(
      cuts, [kbps](const CandidateCut& a, const CandidateCut& b) {
        return a.At(kbps) < b.At(kbps);
      });
  return best == cuts.end() ? nullptr : &*best;
}

// Every integer bandwidth has the best of the cuts that fit.
TEST(TableWithin, EqualsBruteForce) {
  int nothing = 0;
  int limited = 0;
  int splits = 0;
  for (uint64_t seed = 0; seed < 2000 && !HasFailure(); ++seed) {
    Problem problem = RandomFeasibleProblem(seed, 6);
    SCOPED_TRACE(::testing::Message() << "seed " << seed << "\n"
                                      << ProblemText(problem));
    Random random(seed);
    problem.memory = TightMemory(problem, &random);
    std::vector<CandidateCut> fitting = EnumerateCuts(problem);
    std::erase_if(fitting, [&](const CandidateCut& cut) {
      return !IsWithin(*problem.memory,
                       CountMemoryUse(problem, *problem.memory, cut.cut));
    });
    const BlockGraph blocks = MakeBlockGraph(problem);
    const TableWithin within = BuildTableWithin(problem, blocks, {});
    const CutTable& table = within.table;
    EXPECT_FALSE(table.approximation.has_value());
    ASSERT_EQ(table.rows.empty(), fitting.empty());
    for (const TableCut& cut : table.cuts) {
      EXPECT_TRUE(Fits(problem, cut.cut)) << CutText(cut.cut);
      EXPECT_EQ(cut.costs, CountCosts(problem, cut.cut));
    }
    const CutTable all = BuildCutTable(problem, blocks);
    if (!within.is_limited && !table.rows.empty()) {
      EXPECT_EQ(table.rows, all.rows);
    }
    nothing += fitting.empty();
    limited += within.is_limited;
    if (fitting.empty()) {
      EXPECT_EQ(ErrorIdOf([&] { RequireRows(problem, within); }), "E137");
      continue;
    }
    splits += within.is_limited && HasSplit(table);
    int64_t kbps = problem.range.min_kbps;
    for (const TableRow& row : table.rows) {
      ASSERT_EQ(row.min_kbps, kbps);
      const CostLine cost = CostOf(table.cuts[row.cut].costs, problem);
      for (; kbps <= row.max_kbps; ++kbps) {
        ASSERT_EQ(cost.At(kbps), BestOf(fitting, kbps)->At(kbps))
            << kbps << " kbit/s";
      }
    }
    ASSERT_EQ(kbps, problem.range.max_kbps + 1);
  }
  EXPECT_GT(nothing, 100);
  EXPECT_GT(limited, 300);
  EXPECT_GT(splits, 100);
}

// What a search that ends early says of its regret holds.
TEST(TableWithin, AnEarlyEndIsSaidAndProved) {
  int early = 0;
  int worse = 0;
  for (uint64_t seed = 0; seed < 400 && !HasFailure(); ++seed) {
    Problem problem = RandomFeasibleProblem(seed, 9);
    Random random(seed);
    problem.memory = TightMemory(problem, &random);
    const BlockGraph blocks = MakeBlockGraph(problem);
    const TableWithin exact = BuildTableWithin(problem, blocks, {});
    if (exact.table.rows.empty()) continue;
    SearchLimits limits;
    limits.labels = 1 + random.Below(40);
    TableWithin found;
    const std::string error =
        ErrorIdOf([&] { found = BuildTableWithin(problem, blocks, limits); });
    if (!error.empty()) {
      EXPECT_EQ(error, "E138");
      continue;
    }
    if (!found.table.approximation) {
      EXPECT_EQ(found.table.rows.size(), exact.table.rows.size());
      continue;
    }
    ++early;
    const double stated = found.table.approximation->worst_regret;
    for (int64_t kbps = problem.range.min_kbps; kbps <= problem.range.max_kbps;
         ++kbps) {
      const CostRatio ratio =
          RatioAt(CostOf(found.table.cuts[FindRow(found.table, kbps).cut].costs,
                         problem),
                  CostOf(exact.table.cuts[FindRow(exact.table, kbps).cut].costs,
                         problem),
                  kbps);
      ASSERT_LE(ratio.Excess(), stated * (1 + 1e-12)) << kbps << " kbit/s";
      worse += CostRatio() < ratio;
    }
  }
  EXPECT_GT(early, 20);
  EXPECT_GT(worse, 0);
}

}  // namespace
}  // namespace dnncut
