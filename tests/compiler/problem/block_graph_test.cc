// SPDX-License-Identifier: Apache-2.0
#include "compiler/problem/block_graph.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/base/error.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using LayerIds = std::vector<LayerId>;

// What a cut of the blocks costs, read off blocks and wires. nullopt: it is not
// closed under predecessors or has an anchor on the wrong side.
struct GraphCosts {
  bool feasible = true;
  int64_t ns = 0;
  int64_t bytes = 0;
};

GraphCosts CountOnGraph(const BlockGraph& graph,
                        const std::vector<bool>& on_device, int64_t rtt_ns) {
  GraphCosts costs;
  const size_t count = graph.blocks.size();
  if (!on_device[0] || (graph.has_server_anchor && on_device[count - 1])) {
    costs.feasible = false;
  }
  bool offloads = graph.has_server_anchor;
  for (size_t b = 0; b < count; ++b) {
    const Block& block = graph.blocks[b];
    if (on_device[b]) {
      costs.ns += block.cost.device.fixed;
    } else {
      offloads = true;
      costs.ns += block.cost.server.fixed;
      costs.bytes += block.cost.server.bytes;
    }
  }
  for (const Wire& wire : graph.wires) {
    bool read_there = false;
    for (BlockId reader : wire.readers) {
      if (on_device[reader] && !on_device[wire.producer]) {
        costs.feasible = false;
      }
      if (!on_device[reader]) read_there = true;
    }
    if (!on_device[wire.producer] || !read_there) continue;
    costs.ns += wire.cost.fixed;
    costs.bytes += wire.cost.bytes;
  }
  for (const Feed& feed : graph.feeds) {
    const bool is_held_here = on_device[feed.holder];
    bool crosses = false;
    for (BlockId reader : feed.readers) {
      if (on_device[reader] != is_held_here) crosses = true;
    }
    if (!crosses) continue;
    costs.ns += is_held_here ? feed.up.fixed : feed.down.fixed;
    costs.bytes += is_held_here ? feed.up.bytes : feed.down.bytes;
  }
  if (offloads) costs.ns += rtt_ns;
  return costs;
}

// The feasible cuts of the graph are exactly the `expected` cuts of the layers,
// at the same costs.
void ExpectSameCuts(const Problem& problem, const BlockGraph& graph,
                    const std::vector<CandidateCut>& expected) {
  VerifyBlockGraph(graph);
  const int count = static_cast<int>(graph.blocks.size());
  ASSERT_LE(count, 16);
  size_t feasible = 0;
  for (int mask = 0; mask < 1 << count; ++mask) {
    std::vector<bool> on_device(count);
    for (int b = 0; b < count; ++b) on_device[b] = mask >> b & 1;
    const GraphCosts costs = CountOnGraph(graph, on_device, problem.rtt_ns);
    if (!costs.feasible) continue;
    ++feasible;
    const Cut cut =
        ExpandCut(graph, on_device, static_cast<int>(problem.layers.size()));
    const auto same =
        std::find_if(expected.begin(), expected.end(),
                     [&](const CandidateCut& c) { return c.cut == cut; });
    ASSERT_NE(same, expected.end()) << CutText(cut);
    EXPECT_EQ(costs.ns, same->fixed_ns) << CutText(cut);
    EXPECT_EQ(costs.bytes, same->link_bytes) << CutText(cut);
  }
  EXPECT_EQ(feasible, expected.size());
}

TEST(MakeBlockGraph, HasTheCutsAndCostsOfTheProblem) {
  for (uint64_t seed = 0; seed < 600 && !HasFailure(); ++seed) {
    const Problem problem = RandomFeasibleProblem(seed, 9);
    SCOPED_TRACE(::testing::Message() << "seed " << seed << "\n"
                                      << ProblemText(problem));
    ExpectSameCuts(problem, MakeBlockGraph(problem), EnumerateCuts(problem));
  }
}

// A random grouping; blocks 0 and the server's anchor take part.
Grouping RandomGrouping(const BlockGraph& graph, Random* random) {
  Grouping grouping(graph.blocks.size());
  for (BlockId b = 0; b < static_cast<int>(grouping.size()); ++b) {
    grouping[b] = random->Chance(1, 3) ? random->Below(b + 1) : b;
  }
  return grouping;
}

TEST(Contract, KeepsTheCutsThatRespectTheGroups) {
  int contracted = 0;
  int impossible = 0;
  for (uint64_t seed = 0; seed < 1500 && !HasFailure(); ++seed) {
    const Problem problem = RandomFeasibleProblem(seed, 9);
    SCOPED_TRACE(::testing::Message() << "seed " << seed << "\n"
                                      << ProblemText(problem));
    Random random(seed);
    const BlockGraph graph = MakeBlockGraph(problem);
    const Grouping grouping = RandomGrouping(graph, &random);
    std::vector<CandidateCut> respecting;
    for (const CandidateCut& candidate : EnumerateCuts(problem)) {
      // Blocks without layers are the anchors; their sides are known.
      std::vector<bool> on_device(graph.blocks.size(), false);
      on_device[0] = true;
      for (size_t b = 0; b < graph.blocks.size(); ++b) {
        if (graph.blocks[b].layers.empty()) continue;
        on_device[b] =
            candidate.cut[graph.blocks[b].layers[0]] == Side::kDevice;
      }
      bool respects = true;
      for (size_t b = 0; b < grouping.size(); ++b) {
        if (on_device[b] != on_device[grouping[b]]) respects = false;
      }
      if (respects) respecting.push_back(candidate);
    }
    if (respecting.empty()) {
      EXPECT_THROW(Contract(graph, grouping), std::logic_error);
      ++impossible;
      continue;
    }
    const BlockGraph coarse = Contract(graph, grouping);
    ExpectSameCuts(problem, coarse, respecting);
    EXPECT_EQ(coarse.range, graph.range);
    if (coarse.blocks.size() < graph.blocks.size()) ++contracted;
  }
  EXPECT_GT(contracted, 500);
  EXPECT_GT(impossible, 10);
}

Grouping Identity(const BlockGraph& graph) {
  Grouping grouping(graph.blocks.size());
  for (size_t b = 0; b < grouping.size(); ++b) {
    grouping[b] = static_cast<int>(b);
  }
  return grouping;
}

TEST(Contract, WithoutGroupsChangesNothing) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const BlockGraph graph = MakeBlockGraph(RandomFeasibleProblem(seed));
    EXPECT_EQ(Contract(graph, Identity(graph)), graph) << "seed " << seed;
  }
  const BlockGraph large = MakeBlockGraph(InceptionLikeProblem(1000));
  EXPECT_EQ(Contract(large, Identity(large)), large);
}

// x -> a -> b -> c -> d, and a -> d.
Problem Chain() {
  Problem problem;
  problem.layers = {MakeLayer("a", 1, 10), MakeLayer("b", 2, 20),
                    MakeLayer("c", 4, 40), MakeLayer("d", 8, 80)};
  problem.tensors = {MakeTensor("x", -1, {0}, 100),
                     MakeTensor("ta", 0, {1, 3}, 50),
                     MakeTensor("tb", 1, {2}, 25), MakeTensor("tc", 2, {3}, 12),
                     MakeTensor("td", 3, {}, 5)};
  problem.tensors[4].result = true;
  return problem;
}

TEST(Contract, MergesWhatLiesOnACycle) {
  const BlockGraph graph = MakeBlockGraph(Chain());
  Grouping grouping = Identity(graph);
  grouping[4] = 2;  // b with d: c lies between them
  const BlockGraph coarse = Contract(graph, grouping);
  ASSERT_EQ(coarse.blocks.size(), 3u);
  EXPECT_EQ(coarse.blocks[2].layers, (LayerIds{1, 2, 3}));
  EXPECT_EQ(coarse.blocks[2].cost.device, (CostLine{14, 0}));
  EXPECT_EQ(coarse.blocks[2].cost.server, (CostLine{140, 5}));
  ASSERT_EQ(coarse.wires.size(), 2u);
  EXPECT_EQ(coarse.wires[1], (Wire{1, {2}, {0, 50}, {1}}));
}

TEST(Contract, TakesPredecessorsIntoTheDeviceAnchor) {
  const BlockGraph graph = MakeBlockGraph(Chain());
  Grouping grouping = Identity(graph);
  grouping[3] = 0;  // c on the device: a and b, too
  const BlockGraph coarse = Contract(graph, grouping);
  ASSERT_EQ(coarse.blocks.size(), 2u);
  EXPECT_EQ(coarse.blocks[0].layers, (LayerIds{0, 1, 2}));
  EXPECT_EQ(coarse.wires, (std::vector<Wire>{{0, {1}, {0, 62}, {1, 3}}}));
}

TEST(Contract, TakesSuccessorsIntoTheServerAnchor) {
  Problem problem = Chain();
  problem.layers[1].pinned = Side::kServer;
  const BlockGraph graph = MakeBlockGraph(problem);
  ASSERT_EQ(graph.blocks.size(), 3u);
  EXPECT_TRUE(graph.has_server_anchor);
  EXPECT_EQ(graph.blocks[1].layers, LayerIds{0});
  EXPECT_EQ(graph.blocks[2].layers, (LayerIds{1, 2, 3}));
}

TEST(Contract, RefusesLabelsThatAreNone) {
  const BlockGraph graph = MakeBlockGraph(Chain());
  EXPECT_THROW(Contract(graph, {0, 0}), std::logic_error);
  EXPECT_THROW(Contract(graph, {0, 1, 3, 3, 4}), std::logic_error);
  EXPECT_THROW(Contract(graph, {0, -1, 2, 3, 4}), std::logic_error);
}

TEST(Contract, IsFastAndFlatOnLongChains) {
  // Recursion would overflow the stack here.
  const Problem problem = DenseNetLikeProblem(100'000);
  const BlockGraph graph = MakeBlockGraph(problem);
  Grouping grouping(graph.blocks.size(), 1);
  grouping[0] = 0;
  EXPECT_EQ(Contract(graph, grouping).blocks.size(), 2u);
  grouping = Identity(graph);
  grouping.back() = 1;
  EXPECT_EQ(Contract(graph, grouping).blocks.size(), 2u);
}

TEST(MakeBlockGraph, AnchorsExistOnlyWhenNeeded) {
  Problem problem = Chain();
  EXPECT_FALSE(MakeBlockGraph(problem).has_server_anchor);
  EXPECT_EQ(CountBlocks(MakeBlockGraph(problem)), 4);
  problem.result = Side::kServer;
  const BlockGraph graph = MakeBlockGraph(problem);
  EXPECT_TRUE(graph.has_server_anchor);
  EXPECT_EQ(graph.blocks.size(), 6u);
  EXPECT_EQ(CountBlocks(graph), 4);
  problem.tensors[4].result = false;
  EXPECT_FALSE(MakeBlockGraph(problem).has_server_anchor);
}

// The message of the Error that MakeBlockGraph throws.
std::string Clash(const Problem& problem) {
  EXPECT_TRUE(EnumerateCuts(problem).empty());
  try {
    MakeBlockGraph(problem);
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "E501");
    EXPECT_EQ(error.exit_code(), ExitCode::kBadInput);
    return error.what();
  }
  return "no error";
}

TEST(Clash, OfTwoPins) {
  Problem problem = Chain();
  problem.layers[1].pinned = Side::kServer;
  problem.layers[3].pinned = Side::kDevice;
  EXPECT_EQ(Clash(problem),
            "layer 'b' is pinned to the server but layer 'd', which follows it "
            "to the server ('b' -> 'c' -> 'd'), is pinned to the device; "
            "remove one of the pins");
}

TEST(Clash, ThroughAGroup) {
  Problem problem = Chain();
  problem.layers[3].pinned = Side::kServer;
  problem.layers[0].pinned = Side::kDevice;
  problem.layers[1].group = problem.layers[3].group = 7;
  EXPECT_EQ(EnumerateCuts(problem).size(), 1u);  // D S S S
  problem.layers[2].pinned = Side::kDevice;
  EXPECT_EQ(Clash(problem),
            "layer 'd' is pinned to the server but layer 'c', which follows it "
            "to the server ('d' =[group 7]= 'b' -> 'c'), is pinned to the "
            "device; remove one of the pins");
}

TEST(Clash, ThroughATensorThatMustNotCross) {
  Problem problem = Chain();
  problem.layers[3].pinned = Side::kServer;
  problem.layers[0].pinned = Side::kDevice;
  problem.tensors[1].bytes.reset();
  EXPECT_EQ(Clash(problem),
            "layer 'd' is pinned to the server but layer 'a', which follows it "
            "to the server ('d' =[tensor 'ta' must not cross]= 'a'), is pinned "
            "to the device; remove one of the pins");
}

TEST(Clash, OfAPinAndAnInputThatMustNotCross) {
  Problem problem = Chain();
  problem.layers[0].pinned = Side::kServer;
  problem.tensors[0].bytes.reset();
  EXPECT_EQ(Clash(problem),
            "layer 'a' is pinned to the server but reads the model input 'x', "
            "which must not cross; remove the pin");
}

TEST(Clash, OfAPinAndAResultThatMustNotCross) {
  Problem problem = Chain();
  problem.layers[0].pinned = Side::kServer;
  problem.tensors[4].bytes.reset();
  EXPECT_EQ(Clash(problem),
            "layer 'a' is pinned to the server but layer 'd', which follows it "
            "to the server ('a' -> 'd'), makes the result 'td', which must not "
            "cross and is wanted on the device; remove the pin");
}

TEST(Clash, OfAnInputAndAResultThatMustNotCross) {
  Problem problem = Chain();
  problem.result = Side::kServer;
  problem.layers.resize(1);
  problem.tensors.resize(2);
  problem.tensors[1].readers.clear();
  problem.tensors[0].bytes.reset();
  problem.tensors[1].bytes.reset();
  problem.tensors[1].result = true;
  EXPECT_EQ(Clash(problem),
            "layer 'a' makes the result 'ta', which must not cross and is "
            "wanted on the server but reads the model input 'x', which must "
            "not cross; use --result device, or give the tensor a size with "
            "--tensor-bytes");
}

TEST(Clash, LeavesOutTheMiddleOfALongPath) {
  Problem problem;
  for (int l = 0; l < 100'000; ++l) {
    problem.layers.push_back(MakeLayer(std::to_string(l), 1, 1));
    problem.tensors.push_back(MakeTensor("", l - 1, {l}, 1));
  }
  problem.layers.front().pinned = Side::kServer;
  problem.layers.back().pinned = Side::kDevice;
  try {
    MakeBlockGraph(problem);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what())
                  .find("('0' -> '1' -> '2' -> '3' -> ... (99992 layers) ... "
                        "-> '99996' -> '99997' -> '99998' -> '99999')"),
              std::string::npos)
        << error.what();
  }
}

TEST(VerifyBlockGraph, FindsBrokenPromises) {
  const BlockGraph good = MakeBlockGraph(Chain());
  VerifyBlockGraph(good);
  const auto expect_bad = [&](auto change) {
    BlockGraph bad = good;
    change(&bad);
    EXPECT_THROW(VerifyBlockGraph(bad), std::logic_error);
  };
  expect_bad([](BlockGraph* g) { g->blocks.clear(); });
  expect_bad([](BlockGraph* g) { g->blocks[1].layers.clear(); });
  expect_bad([](BlockGraph* g) { g->blocks[1].layers = {1}; });
  expect_bad([](BlockGraph* g) { g->blocks[2].cost.device.fixed = -1; });
  expect_bad([](BlockGraph* g) { g->wires[0].readers = {0}; });
  expect_bad([](BlockGraph* g) { g->wires[0].readers.clear(); });
  expect_bad([](BlockGraph* g) { g->wires[0].readers = {1, 1}; });
  expect_bad([](BlockGraph* g) { g->wires[0].readers = {17}; });
  expect_bad([](BlockGraph* g) { g->wires[0].cost.bytes = -1; });
  expect_bad([](BlockGraph* g) { std::swap(g->wires[0], g->wires[1]); });
  expect_bad([](BlockGraph* g) { g->wires.push_back(g->wires.back()); });
}

TEST(ExpandCut, RefusesACutOfAnotherGraph) {
  EXPECT_THROW(ExpandCut(MakeBlockGraph(Chain()), {true}, 4), std::logic_error);
}

}  // namespace
}  // namespace dnncut
