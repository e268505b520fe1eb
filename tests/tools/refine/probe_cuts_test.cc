// SPDX-License-Identifier: Apache-2.0
#include "tools/refine/probe_cuts.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/testing.h"

namespace dnncut {
namespace {

// A chain of layers that take 10 ns each; what an even number of them makes is
// smaller.
Problem Chain(int layers) {
  Problem problem;
  problem.tensors.push_back(MakeTensor("x", kModelInput, {0}, 1000));
  for (int l = 0; l < layers; ++l) {
    problem.layers.push_back(MakeLayer(fmt::format("l{}", l), 10, 1));
    std::vector<LayerId> readers;
    if (l + 1 < layers) readers.push_back(l + 1);
    problem.tensors.push_back(
        MakeTensor(fmt::format("t{}", l), l, readers, l % 2 == 1 ? 10 : 20));
  }
  problem.tensors.back().result = true;
  return problem;
}

// Of cuts along the order of the layers.
std::vector<int> DeviceLayers(const std::vector<Cut>& cuts) {
  std::vector<int> counts;
  for (const Cut& cut : cuts) {
    const auto count = std::count(cut.begin(), cut.end(), Side::kDevice);
    EXPECT_TRUE(std::all_of(cut.begin(), cut.begin() + count, [](Side side) {
      return side == Side::kDevice;
    })) << CutText(cut);
    counts.push_back(static_cast<int>(count));
  }
  return counts;
}

TEST(ProbeCuts, SpreadOverTheTimeWhereLittleIsSent) {
  EXPECT_EQ(DeviceLayers(ProbeCuts(Chain(10), 4, {})),
            (std::vector<int>{2, 4, 6, 8}));
}

TEST(ProbeCuts, AreNotThoseThatAreKnown) {
  const Problem problem = Chain(10);
  const std::vector<Cut> known = ProbeCuts(problem, 4, {});
  for (const int layers : DeviceLayers(ProbeCuts(problem, 4, known))) {
    EXPECT_EQ(layers % 2, 1);
  }
}

TEST(ProbeCuts, AreFarFromEachOtherWhereAWindowHasNone) {
  // Nearly all of the time is in one layer, so that most windows are empty.
  Problem problem = Chain(6);
  problem.layers[3].ns.device = 100'000;
  const std::vector<int> layers = DeviceLayers(ProbeCuts(problem, 2, {}));
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_LE(layers[0], 3);
  EXPECT_GE(layers[1], 4);
}

TEST(ProbeCuts, AreAllThereAreWhenMoreAreAskedFor) {
  EXPECT_EQ(DeviceLayers(ProbeCuts(Chain(5), 100, {})),
            (std::vector<int>{1, 2, 3, 4}));
  EXPECT_TRUE(ProbeCuts(Chain(5), 0, {}).empty());
  // One layer cannot be cut.
  EXPECT_TRUE(ProbeCuts(Chain(1), 5, {}).empty());
}

TEST(ProbeCuts, AreFeasibleAndDifferForRandomProblems) {
  int found = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = RandomFeasibleProblem(seed);
    const std::vector<CandidateCut> all = EnumerateCuts(problem);
    const std::vector<Cut> known = {all.front().cut, all.back().cut};
    const std::vector<Cut> probes = ProbeCuts(problem, 3, known);
    EXPECT_LE(probes.size(), 3u);
    EXPECT_EQ(std::set<Cut>(probes.begin(), probes.end()).size(),
              probes.size());
    for (const Cut& probe : probes) {
      ++found;
      EXPECT_TRUE(IsFeasible(problem, probe)) << CutText(probe);
      EXPECT_EQ(std::count(known.begin(), known.end(), probe), 0);
    }
  }
  EXPECT_GT(found, 100);
}

}  // namespace
}  // namespace dnncut
