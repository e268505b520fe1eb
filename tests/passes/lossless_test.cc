// SPDX-License-Identifier: Apache-2.0
//
// Each pass alone, and all together, keep the canonical best cut at every
// integer bandwidth of the range and for every round trip time.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "compiler/problem/block_graph.h"
#include "compiler/problem/objective.h"
#include "compiler/solve/cut_problem.h"
#include "compiler/solve/min_cut.h"
#include "compiler/table/cut_table.h"
#include "passes/collapse_regions.h"
#include "passes/collapse_trees.h"
#include "passes/compress.h"
#include "passes/join_neighbours.h"
#include "passes/prune_by_bound.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

BlockGraph RunToTheEnd(Pass pass, BlockGraph graph) {
  while (true) {
    BlockGraph merged = Contract(graph, pass(graph));
    VerifyBlockGraph(merged);
    if (merged.blocks.size() == graph.blocks.size()) return graph;
    graph = std::move(merged);
  }
}

// The answer of `blocks` is that of brute force, for several round trips.
void ExpectLossless(Problem problem, const BlockGraph& blocks,
                    const std::string& name) {
  for (const int64_t rtt_ns : {int64_t{0}, int64_t{1}, problem.rtt_ns,
                               int64_t{40}, int64_t{1'000'000'000}}) {
    problem.rtt_ns = rtt_ns;
    const std::vector<CandidateCut> cuts = EnumerateCuts(problem);
    MinCutSolver solver(MakeCutProblem(blocks, RoundTripPrice(problem).fixed));
    for (int64_t kbps = problem.range.min_kbps; kbps <= problem.range.max_kbps;
         ++kbps) {
      const MinCut found = solver.Solve(kbps);
      const Cut cut = ExpandCut(blocks, found.on_device,
                                static_cast<int>(problem.layers.size()));
      const CandidateCut& best = BestCut(cuts, kbps);
      ASSERT_EQ(CutText(cut), CutText(best.cut))
          << name << " at " << kbps << " kbit/s, round trip " << rtt_ns
          << " ns\n"
          << ProblemText(problem);
      ASSERT_TRUE(found.scaled_cost == best.At(kbps)) << name;
    }
  }
}

struct Compressor {
  const char* name;
  BlockGraph (*run)(BlockGraph);
};

const Compressor kCompressors[] = {
    {"join-neighbours",
     [](BlockGraph graph) { return RunToTheEnd(JoinNeighbours, graph); }},
    {"collapse-regions",
     [](BlockGraph graph) { return RunToTheEnd(CollapseRegions, graph); }},
    {"collapse-trees",
     [](BlockGraph graph) { return RunToTheEnd(CollapseTrees, graph); }},
    {"prune-by-bound",
     [](BlockGraph graph) { return RunToTheEnd(PruneByBound, graph); }},
    {"all", [](BlockGraph graph) { return Compress(std::move(graph)); }},
};

class LosslessTest : public testing::TestWithParam<Compressor> {
 protected:
  // Is the answer after the pass that of brute force? Counts problems in which
  // it merged something.
  void Check(const Problem& problem) {
    const BlockGraph fine = MakeBlockGraph(problem);
    const BlockGraph coarse = GetParam().run(fine);
    VerifyBlockGraph(coarse);
    merged_ += CountBlocks(coarse) < CountBlocks(fine) ? 1 : 0;
    ExpectLossless(problem, coarse, GetParam().name);
  }

  int merged_ = 0;
};

TEST_P(LosslessTest, KeepsTheBestCutOfRandomProblems) {
  for (uint64_t seed = 1; seed <= 8000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Problem problem = RandomFeasibleProblem(seed, 3 + seed % 12);
    // Short ranges at different places, where merges are likelier.
    problem.range.min_kbps = 1 + static_cast<int64_t>(seed % 30);
    problem.range.max_kbps =
        problem.range.min_kbps +
        static_cast<int64_t>(seed % 5 == 0 ? 60 : seed % 13);
    Check(problem);
    if (HasFatalFailure()) return;
  }
  // A pass that never merges would be lossless as well.
  EXPECT_GT(merged_, 400);
}

TEST_P(LosslessTest, KeepsTheBestCutWithAnyWeights) {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Problem problem = RandomFeasibleProblem(seed, 3 + seed % 12);
    Random random(seed);
    problem.objective = RandomObjective(&random);
    problem.range.max_kbps = 1 + random.Below(30);
    Check(problem);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(merged_, 50);
}

TEST_P(LosslessTest, KeepsTheTableOfLargeProblems) {
  std::vector<Problem> problems = {DenseNetLikeProblem(300),
                                   InceptionLikeProblem(200)};
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    problems.push_back(RandomProblem(seed, 80));
    problems.back().range = {1, 100'000};
  }
  int feasible = 0;
  for (size_t i = 0; i < problems.size(); ++i) {
    BlockGraph fine;
    try {
      fine = MakeBlockGraph(problems[i]);
    } catch (const Error&) {
      continue;  // pins that clash
    }
    ++feasible;
    const BlockGraph coarse = GetParam().run(fine);
    EXPECT_TRUE(BuildCutTable(problems[i], coarse) ==
                BuildCutTable(problems[i], fine))
        << GetParam().name << ", problem " << i;
  }
  EXPECT_GT(feasible, 20);
}

// Modules of two or three branches of one or two layers and a join, one after
// the other, with small numbers, so that cuts inside, between and around them
// are often equally good.
Problem RandomModules(uint64_t seed) {
  Random random(seed);
  Problem problem;
  problem.range = {1, 40 + random.Below(100)};
  problem.rtt_ns = random.Below(3);
  const int byte_bound = 2 + random.Below(6);
  // Multiples of 40,000 ns make lines meet at integer bandwidths.
  const int ns_unit = random.Chance(1, 2) ? 1 : 40'000;
  const int ns_bound = 1 + random.Below(400'000 / ns_unit);
  const auto add_tensor = [&](LayerId producer) {
    problem.tensors.push_back({"t", producer, {}, random.Below(byte_bound), 0});
    return static_cast<TensorId>(problem.tensors.size()) - 1;
  };
  const auto add_layer = [&](const std::vector<TensorId>& inputs) {
    const LayerId layer = static_cast<LayerId>(problem.layers.size());
    problem.layers.push_back(
        {"l",
         "Op",
         {ns_unit * random.Below(ns_bound), ns_unit * random.Below(ns_bound)},
         {},
         {}});
    for (TensorId input : inputs) {
      problem.tensors[input].readers.push_back(layer);
    }
    return add_tensor(layer);
  };
  TensorId tensor = add_tensor(kModelInput);
  const int modules = 3 + random.Below(3);
  for (int module = 0; module < modules; ++module) {
    std::vector<TensorId> joined;
    if (random.Chance(1, 3)) joined.push_back(tensor);
    const int branches = 2 + random.Below(2);
    for (int branch = 0; branch < branches; ++branch) {
      TensorId end = add_layer({tensor});
      if (random.Chance(1, 2)) end = add_layer({end});
      joined.push_back(end);
    }
    tensor = add_layer(joined);
  }
  problem.tensors[tensor].result = true;
  VerifyProblem(problem);
  return problem;
}

TEST_P(LosslessTest, KeepsTheTableOfModules) {
  for (uint64_t seed = 1; seed <= 4000; ++seed) {
    const Problem problem = RandomModules(seed);
    const BlockGraph fine = MakeBlockGraph(problem);
    ASSERT_TRUE(BuildCutTable(problem, GetParam().run(fine)) ==
                BuildCutTable(problem, fine))
        << GetParam().name << ", seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Passes, LosslessTest, testing::ValuesIn(kCompressors),
                         [](const testing::TestParamInfo<Compressor>& info) {
                           std::string name = info.param.name;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(CompressTest, ReportsEveryPassOfEveryRound) {
  std::vector<PassReport> reports;
  const BlockGraph fine = MakeBlockGraph(InceptionLikeProblem(100));
  const BlockGraph coarse = Compress(
      fine, [&](const PassReport& report) { reports.push_back(report); });
  ASSERT_FALSE(reports.empty());
  EXPECT_EQ(reports.size() % 4, 0u);
  EXPECT_EQ(reports.front().blocks_before, CountBlocks(fine));
  EXPECT_EQ(reports.back().blocks_after, CountBlocks(coarse));
  for (size_t i = 1; i < reports.size(); ++i) {
    EXPECT_EQ(reports[i].blocks_before, reports[i - 1].blocks_after);
    EXPECT_EQ(reports[i].round, static_cast<int>(i / 4) + 1);
  }
}

// Every layer reads the two before it, so join-neighbours alone can take only
// one block at a time, off the end.
TEST(CompressTest, GivesUpOnWhatWouldTakeTheSquareOfTheLayers) {
  constexpr int kLayers = 12'000;
  Problem problem;
  problem.tensors.push_back(MakeTensor("x", kModelInput, {0, 1}, 32));
  for (LayerId l = 0; l < kLayers; ++l) {
    problem.layers.push_back(MakeLayer("l", 20'000, 7'000));
    std::vector<LayerId> readers;
    for (LayerId r = l + 1; r <= l + 2 && r < kLayers; ++r) {
      readers.push_back(r);
    }
    problem.tensors.push_back(MakeTensor("t", l, readers, 32));
  }
  problem.tensors.back().result = true;
  const BlockGraph fine = MakeBlockGraph(problem);
  int rounds = 0;
  const BlockGraph coarse =
      Compress(fine, [&](const PassReport& report) { rounds = report.round; });
  EXPECT_LT(coarse.blocks.size(), fine.blocks.size());
  EXPECT_LT(rounds, 20);
  EXPECT_TRUE(BuildCutTable(problem, coarse) == BuildCutTable(problem, fine));
}

}  // namespace
}  // namespace dnncut
