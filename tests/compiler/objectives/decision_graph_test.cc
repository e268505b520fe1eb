// SPDX-License-Identifier: Apache-2.0
#include "compiler/objectives/decision_graph.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>

#include "compiler/objectives/path_bounds.h"
#include "compiler/problem/block_graph.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

// Time on either side, crossing times, bytes up, bytes down, round trip; and a
// weight that layers share.
Prices SomePrices(const Problem& problem, Random* random) {
  Prices prices;
  prices.count = 7;
  for (const ProblemLayer& layer : problem.layers) {
    PerSide<Amounts>& price = prices.layers.emplace_back();
    price.device[0] = layer.ns.device;
    price.server[1] = layer.ns.server;
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    Amounts& up = prices.uploads.emplace_back();
    Amounts& down = prices.downloads.emplace_back();
    if (!tensor.bytes) continue;
    up[0] = tensor.cross_ns;
    up[2] = *tensor.bytes;
    down[3] = *tensor.bytes;
  }
  prices.round_trip[4] = problem.rtt_ns;
  SharedPrice shared;
  for (LayerId l = 0; l < std::ssize(problem.layers); ++l) {
    if (random->Chance(1, 3)) shared.layers.push_back(l);
  }
  shared.price.device[5] = 10;
  shared.price.server[6] = 7;
  if (!shared.layers.empty()) prices.shared.push_back(shared);
  return prices;
}

// The same counted from the layers and tensors.
Amounts CountAmounts(const Problem& problem, const Prices& prices,
                     const Cut& cut) {
  const CutCosts costs = CountCosts(problem, cut);
  Amounts sum;
  sum[0] = costs.ns.device + costs.cross_ns;
  sum[1] = costs.ns.server;
  sum[2] = costs.upload_bytes;
  sum[3] = costs.download_bytes;
  sum[4] = costs.rtt_ns;
  for (const SharedPrice& shared : prices.shared) {
    std::set<Side> sides;
    for (const LayerId l : shared.layers) sides.insert(cut[l]);
    for (const Side side : sides) sum += shared.price[side];
  }
  return sum;
}

// All paths to the end: what is on the device, and what it costs.
class Paths {
 public:
  explicit Paths(const DecisionGraph& graph) : graph_(graph) {
    std::vector<bool> on_device(graph.block_count, false);
    on_device[0] = true;
    Walk(0, on_device, graph.start);
  }

  std::map<std::vector<bool>, Amounts> found;
  int twice = 0;

 private:
  void Walk(int node, std::vector<bool> on_device, const Amounts& paid) {
    if (node == graph_.End()) {
      if (!found.emplace(on_device, paid).second) ++twice;
      return;
    }
    const DecisionNode& at = graph_.nodes[node];
    for (const Side side : kSides) {
      ASSERT_GT(at.arcs[side].to, node);
      on_device[at.block] = side == Side::kDevice;
      Walk(at.arcs[side].to, on_device, paid + at.arcs[side].amounts);
    }
  }

  const DecisionGraph& graph_;
};

TEST(DecisionGraph, PathsAreTheCutsWithTheirCosts) {
  size_t cuts = 0;
  size_t arcs = 0;
  for (uint64_t seed = 0; seed < 1000 && !HasFailure(); ++seed) {
    const Problem problem = RandomFeasibleProblem(seed, 9);
    SCOPED_TRACE(::testing::Message() << "seed " << seed << "\n"
                                      << ProblemText(problem));
    Random random(seed);
    const BlockGraph blocks = MakeBlockGraph(problem);
    const Prices prices = SomePrices(problem, &random);
    const PricedGraph priced = MakePricedGraph(problem, blocks, prices);
    const auto graph = MakeDecisionGraph(priced, 100'000);
    ASSERT_TRUE(graph);
    const Paths paths(*graph);
    EXPECT_EQ(paths.twice, 0);
    EXPECT_EQ(paths.found.size(), EnumerateCuts(problem).size());
    for (const auto& [on_device, amounts] : paths.found) {
      const Cut cut =
          ExpandCut(blocks, on_device, static_cast<int>(problem.layers.size()));
      ASSERT_TRUE(IsFeasible(problem, cut)) << CutText(cut);
      ASSERT_EQ(amounts.of, CountAmounts(problem, prices, cut).of)
          << CutText(cut);
      ASSERT_EQ(amounts.of, CostOf(priced, on_device).of);
    }
    cuts += paths.found.size();
    arcs += 2 * graph->nodes.size();
  }
  EXPECT_GT(cuts, 5'000u);
  EXPECT_GT(arcs, 5'000u);
}

TEST(DecisionGraph, LeastPathsAreLeast) {
  for (uint64_t seed = 0; seed < 300 && !HasFailure(); ++seed) {
    const Problem problem = RandomFeasibleProblem(seed, 8);
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    Random random(seed);
    const auto graph =
        MakeDecisionGraph(MakePricedGraph(problem, MakeBlockGraph(problem),
                                          SomePrices(problem, &random)),
                          100'000);
    ASSERT_TRUE(graph);
    Amounts weights;
    for (int k = 0; k < graph->amounts; ++k) weights[k] = random.Below(4);
    const auto weigh = [&](const Amounts& amounts) {
      int64_t sum = 0;
      for (int k = 0; k < graph->amounts; ++k) sum += weights[k] * amounts[k];
      return sum;
    };
    std::optional<int64_t> least;
    for (const auto& [on_device, amounts] : Paths(*graph).found) {
      if (!least || weigh(amounts) < *least) least = weigh(amounts);
    }
    const DecisionPath path =
        LeastPath(*graph, weights, LeastToEnd(*graph, weights));
    EXPECT_EQ(weigh(path.amounts), *least);
    EXPECT_EQ(Paths(*graph).found.at(path.on_device).of, path.amounts.of);
  }
}

// A long chain, and long cells: the graph grows with the layers only.
TEST(DecisionGraph, StaysSmall) {
  const Problem problem = InceptionLikeProblem(600);
  Random random(1);
  const PricedGraph priced = MakePricedGraph(problem, MakeBlockGraph(problem),
                                             SomePrices(problem, &random));
  const auto graph = MakeDecisionGraph(priced, 100'000);
  ASSERT_TRUE(graph);
  EXPECT_LT(graph->nodes.size(), 5 * problem.layers.size());
  EXPECT_FALSE(MakeDecisionGraph(priced, 1000));
}

}  // namespace
}  // namespace dnncut
