// SPDX-License-Identifier: Apache-2.0
#include "compiler/table/solve_at.h"

#include <gtest/gtest.h>

#include "compiler/base/rounding.h"
#include "compiler/problem/objective.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

Problem WeightedProblem(uint64_t seed) {
  Problem problem = RandomFeasibleProblem(seed, 10);
  Random random(seed);
  // Every other one is of latency.
  if (seed % 2 == 1) problem.objective = RandomObjective(&random);
  return problem;
}

TEST(SolveAt, IsTheBestOfAllCutsWithAnyWeights) {
  for (uint64_t seed = 0; seed < 600 && !HasFailure(); ++seed) {
    const Problem problem = WeightedProblem(seed);
    SCOPED_TRACE(::testing::Message() << "seed " << seed << "\n"
                                      << ProblemText(problem));
    const std::vector<CandidateCut> cuts = EnumerateCuts(problem);
    const BlockGraph blocks = MakeBlockGraph(problem);
    for (int64_t kbps = 1; kbps <= 60; kbps += 7) {
      const CandidateCut& best = BestCut(cuts, kbps);
      const Solution solution =
          SolveAt(blocks, RoundTripPrice(problem).fixed,
                  static_cast<int>(problem.layers.size()), kbps);
      EXPECT_EQ(CutText(solution.cut), CutText(best.cut)) << kbps;
      EXPECT_TRUE(solution.cost == DivideRounded(best.At(kbps), kbps)) << kbps;
      const CutCosts costs = CountCosts(problem, best.cut);
      EXPECT_EQ(solution.uploaded, costs.uploaded);
      EXPECT_EQ(solution.upload.bytes,
                problem.objective.link * costs.upload_bytes);
      EXPECT_EQ(solution.upload.fixed,
                problem.objective.device * costs.cross_ns);
    }
  }
}

TEST(FindOtherCost, FindsNoneInTheTableOfTheProblemAndSomeInAnother) {
  int others = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    Problem problem = WeightedProblem(seed);
    const BlockGraph blocks = MakeBlockGraph(problem);
    const CutTable table = BuildCutTable(problem, blocks);
    const std::vector<CandidateCut> cuts = EnumerateCuts(problem);
    EXPECT_EQ(FindOtherCost(blocks, problem, table), std::nullopt);
    for (ProblemLayer& layer : problem.layers) ++layer.ns.device;
    const CutTable slower = BuildCutTable(problem, MakeBlockGraph(problem));
    const std::optional<int64_t> kbps = FindOtherCost(blocks, problem, slower);
    if (!kbps) continue;
    ++others;
    const TableCut& cut = slower.cuts[FindRow(slower, *kbps).cut];
    EXPECT_TRUE(CostOf(cut.costs, problem).At(*kbps) !=
                BestCut(cuts, *kbps).At(*kbps));
  }
  EXPECT_GT(others, 100);
}

}  // namespace
}  // namespace dnncut
