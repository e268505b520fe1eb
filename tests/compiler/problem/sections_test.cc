// SPDX-License-Identifier: Apache-2.0
#include "compiler/problem/sections.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/testing.h"

namespace dnncut {
namespace {

constexpr CostLine kRoundTrip = {1'000'003, 0};

// By block, of a cut of the problem's layers.
std::vector<bool> OnDevice(const BlockGraph& graph, const Cut& cut) {
  std::vector<bool> on_device;
  for (const Block& block : graph.blocks) {
    on_device.push_back(!block.layers.empty() &&
                        cut[block.layers[0]] == Side::kDevice);
  }
  on_device[0] = true;
  return on_device;
}

// The same cut in the problem of its section.
std::vector<bool> InSection(const Sections& sections, int section,
                            const BlockGraph& problem,
                            const std::vector<bool>& on_device) {
  std::vector<bool> inside(problem.blocks.size(), false);
  for (size_t b = 0; b < inside.size(); ++b) {
    const bool is_anchor = problem.has_server_anchor && b + 1 == inside.size();
    inside[b] = !is_anchor && on_device[sections.First(section) + b];
  }
  return inside;
}

// Every cut is of one section, whose small problem says what it costs.
void ExpectSameCosts(const Problem& problem, int* several) {
  const BlockGraph graph = MakeBlockGraph(problem);
  const Sections sections(graph);
  *several += sections.Count() > 1 ? 1 : 0;
  for (const CandidateCut& candidate : EnumerateCuts(problem)) {
    const std::vector<bool> on_device = OnDevice(graph, candidate.cut);
    int section = 0;
    for (int s = 1; s < sections.Count(); ++s) {
      if (!on_device[sections.First(s)]) continue;
      ASSERT_EQ(section, s - 1) << "a cut of two sections";
      section = s;
    }
    const BlockGraph part = sections.Make(section);
    const std::vector<bool> inside =
        InSection(sections, section, part, on_device);
    EXPECT_EQ(sections.Expand(section, inside), on_device);
    EXPECT_EQ(CostOf(part, inside, kRoundTrip),
              CostOf(graph, on_device, kRoundTrip))
        << CutText(candidate.cut) << "\n"
        << ProblemText(problem);
  }
}

TEST(Sections, HaveTheCostsOfTheGraph) {
  int several = 0;
  for (uint64_t seed = 0; seed < 1500 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    ExpectSameCosts(RandomFeasibleProblem(seed, 3 + seed % 8), &several);
  }
  EXPECT_GT(several, 500);
}

// A layer that all others lead to or come from begins a section, and no other.
TEST(Sections, BeginWhereEverythingPasses) {
  Problem problem;
  const std::vector<std::vector<LayerId>> readers = {{1, 2}, {3}, {3}, {4, 5},
                                                     {6},    {6}, {}};
  problem.tensors.push_back(MakeTensor("x", kModelInput, {0}, 1));
  for (LayerId l = 0; l < 7; ++l) {
    problem.layers.push_back(MakeLayer("l", 1, 1));
    problem.tensors.push_back(MakeTensor("t", l, readers[l], 1));
  }
  problem.tensors.back().result = true;
  const BlockGraph graph = MakeBlockGraph(problem);
  const Sections sections(graph);
  std::vector<BlockId> firsts;
  for (int s = 0; s < sections.Count(); ++s) {
    firsts.push_back(sections.First(s));
  }
  // Block 0 is the device's anchor.
  EXPECT_EQ(firsts, (std::vector<BlockId>{0, 1, 4, 7}));
  EXPECT_EQ(sections.Make(1).blocks.size(),
            4u);  // two free blocks, two anchors
  EXPECT_EQ(sections.Make(3).blocks.size(), 1u);
}

// A chain of many layers is as many sections.
TEST(Sections, AreAsLargeAsTheGraphTogether) {
  Problem problem;
  problem.tensors.push_back(MakeTensor("x", kModelInput, {0}, 1));
  constexpr int kLayers = 1000;
  for (LayerId l = 0; l < kLayers; ++l) {
    problem.layers.push_back(MakeLayer("l", 1, 1));
    std::vector<LayerId> readers;
    if (l + 1 < kLayers) readers = {l + 1, kLayers - 1};
    if (l + 2 >= kLayers) readers.resize(l + 1 < kLayers ? 1 : 0);
    problem.tensors.push_back(MakeTensor("t", l, readers, 1));
  }
  problem.tensors.back().result = true;
  const BlockGraph graph = MakeBlockGraph(problem);
  const Sections sections(graph);
  ASSERT_EQ(sections.Count(), kLayers + 1);
  for (int s = 0; s < sections.Count(); ++s) {
    EXPECT_LE(sections.Make(s).blocks.size(), 2u);
    EXPECT_TRUE(sections.Make(s).wires.empty());
  }
}

}  // namespace
}  // namespace dnncut
