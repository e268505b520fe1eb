// SPDX-License-Identifier: Apache-2.0
#include "passes/region.h"

#include <gtest/gtest.h>

#include <string>

#include "compiler/solve/cut_problem.h"
#include "compiler/solve/min_cut.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

// A random graph with both anchors, as MakeRegionGraph builds them.
BlockGraph RandomRegionGraph(uint64_t seed) {
  Problem problem = RandomFeasibleProblem(seed, 4);
  problem.result = Side::kServer;
  for (ProblemLayer& layer : problem.layers) layer.pinned.reset();
  for (ProblemTensor& tensor : problem.tensors) {
    if (!tensor.bytes) tensor.bytes = 3;
    if (tensor.producer != kModelInput && tensor.readers.empty()) {
      tensor.result = true;
    }
  }
  problem.range = {1, 80};
  return MakeBlockGraph(problem);
}

TEST(RegionTest, ChecksOfAFewBandwidthsHoldForAll) {
  int never_split = 0;
  int split_in_the_middle_only = 0;
  int checked = 0;
  for (uint64_t seed = 1; seed <= 20'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const BlockGraph graph = RandomRegionGraph(seed);
    if (!graph.has_server_anchor || graph.blocks.size() < 3) continue;
    ++checked;
    MinCutSolver solver(MakeCutProblem(graph, 0));
    bool ever_split = false;
    bool always_server = true;
    bool always_device = true;
    for (int64_t kbps = graph.range.min_kbps; kbps <= graph.range.max_kbps;
         ++kbps) {
      const RegionSide side = SideOfRegion(solver.Solve(kbps).on_device);
      ever_split |= side == RegionSide::kSplit;
      always_server &= side == RegionSide::kAllServer;
      always_device &= side == RegionSide::kAllDevice;
    }
    ASSERT_EQ(IsNeverSplit(graph), !ever_split);
    ASSERT_EQ(IsAlways(RegionSide::kAllServer, graph), always_server);
    ASSERT_EQ(IsAlways(RegionSide::kAllDevice, graph), always_device);
    never_split += ever_split || always_server || always_device ? 0 : 1;
    const auto is_split_at = [&](int64_t kbps) {
      return SideOfRegion(solver.Solve(kbps).on_device) == RegionSide::kSplit;
    };
    split_in_the_middle_only += ever_split &&
                                        !is_split_at(graph.range.min_kbps) &&
                                        !is_split_at(graph.range.max_kbps)
                                    ? 1
                                    : 0;
  }
  // The cases that the checks around the crossing are for.
  EXPECT_GT(checked, 5'000);
  EXPECT_GT(never_split, 50);
  EXPECT_GT(split_in_the_middle_only, 50);
}

}  // namespace
}  // namespace dnncut
