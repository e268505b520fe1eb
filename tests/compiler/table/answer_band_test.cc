// SPDX-License-Identifier: Apache-2.0
#include "compiler/table/answer_band.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/problem/block_graph.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

constexpr PerSide<double> kFactors = {2, 4};

// With times that may be halved twice, and that rounding does not matter to.
Problem SmallProblem(uint64_t seed) {
  constexpr int64_t kUnit = 4'000'000;
  Problem problem = RandomFeasibleProblem(seed, 6);
  problem.range = {1, 40};
  problem.rtt_ns *= kUnit;
  for (ProblemLayer& layer : problem.layers) {
    for (const Side side : kSides) layer.ns[side] *= kUnit;
  }
  for (ProblemTensor& tensor : problem.tensors) {
    tensor.cross_ns *= kUnit;
    if (tensor.bytes) *tensor.bytes *= kUnit;
  }
  return problem;
}

Problem WithTimes(Problem problem, double device, double server) {
  for (ProblemLayer& layer : problem.layers) {
    layer.ns = {static_cast<int64_t>(layer.ns.device * device),
                static_cast<int64_t>(layer.ns.server * server)};
  }
  return problem;
}

AnswerBand BandOf(const Problem& problem, const PerSide<double>& factors) {
  return FindAnswerBand(
      problem, BuildCutTable(problem, MakeBlockGraph(problem)), factors,
      [](const Problem& other) { return MakeBlockGraph(other); });
}

// Nowhere is before all bandwidths for the device, after all for the server.
int64_t DeviceTo(const AnswerBand::Ends& ends) {
  return ends.device_to_kbps.value_or(0);
}
int64_t ServerFrom(const AnswerBand::Ends& ends) {
  return ends.server_from_kbps.value_or(INT64_MAX);
}

// Every place of a grid of factors is tried at every bandwidth.
TEST(AnswerBand, HoldsWhatEveryPlaceInTheBandGives) {
  int open = 0;
  int closed = 0;
  for (uint64_t seed = 0; seed < 60 && !HasFailure(); ++seed) {
    const Problem problem = SmallProblem(seed);
    SCOPED_TRACE(::testing::Message() << "seed " << seed << "\n"
                                      << ProblemText(problem));
    const AnswerBand band = BandOf(problem, kFactors);
    bool splits = false;
    for (const double device : {0.5, 0.75, 1.0, 1.5, 2.0}) {
      for (const double server : {0.25, 0.5, 1.0, 2.0, 4.0}) {
        const Problem here = WithTimes(problem, device, server);
        const BlockGraph blocks = MakeBlockGraph(here);
        const CutTable table = BuildCutTable(here, blocks);
        // Without a band, the ends are those of the table.
        const AnswerBand point = FindAnswerBand(
            here, table, {1, 1}, [&](const Problem&) { return blocks; });
        splits = splits || HasSplit(table);
        EXPECT_LE(DeviceTo(band.for_server), DeviceTo(point.as_counted));
        EXPECT_GE(DeviceTo(band.for_device), DeviceTo(point.as_counted));
        EXPECT_LE(ServerFrom(band.for_server), ServerFrom(point.as_counted));
        EXPECT_GE(ServerFrom(band.for_device), ServerFrom(point.as_counted));
      }
    }
    if (splits) {
      EXPECT_TRUE(band.may_split);
    }
    const bool now = HasSplit(BuildCutTable(problem, MakeBlockGraph(problem)));
    if (!now) ++(band.may_split ? open : closed);
  }
  EXPECT_GT(open, 5);
  EXPECT_GT(closed, 5);
}

// Two layers with a small tensor between them. At the corners of the band one
// side alone is always best; a split pays where the two sides are as fast.
TEST(AnswerBand, FindsASplitThatPaysOnlyInside) {
  Problem problem;
  problem.range = {1000, 1000};
  problem.layers = {{"first", "Conv", {50'000'000, 1'000'000}, {}, {}},
                    {"second", "Conv", {50'000'000, 1'000'000}, {}, {}}};
  problem.tensors.resize(3);
  problem.tensors[0].name = "x";
  problem.tensors[0].readers = {0};
  problem.tensors[0].bytes = 12'500;  // 100 ms
  problem.tensors[1].name = "h";
  problem.tensors[1].producer = 0;
  problem.tensors[1].readers = {1};
  problem.tensors[1].bytes = 6'000;  // 48 ms
  problem.tensors[2].name = "y";
  problem.tensors[2].producer = 1;
  problem.tensors[2].bytes = 0;
  problem.tensors[2].result = true;
  // As counted: device 100, server 102, split 99.
  EXPECT_TRUE(BandOf(problem, {1, 1}).may_split);
  // Twice as slow on the device: device 200, server 102, split 149.
  const Problem slow = WithTimes(problem, 2, 1);
  EXPECT_FALSE(BandOf(slow, {1.5, 1}).may_split);
  // Four times as fast makes it 50, with a split at 74: neither end has one.
  const AnswerBand band = BandOf(slow, {4, 1});
  EXPECT_EQ(band.for_device.device_to_kbps, 1000);
  EXPECT_EQ(band.for_server.server_from_kbps, 1000);
  EXPECT_TRUE(band.may_split);
}

}  // namespace
}  // namespace dnncut
