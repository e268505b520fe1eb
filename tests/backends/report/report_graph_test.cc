// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "backends/report/edge_labels.h"
#include "backends/report/layer_groups.h"
#include "backends/report/layered_layout.h"
#include "compiler/problem/block_graph.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

CutTable TableOf(const Problem& problem) {
  return BuildCutTable(problem, MakeBlockGraph(problem));
}

std::vector<std::pair<int, int>> EdgesOf(const LayerGroups& groups) {
  std::vector<std::pair<int, int>> edges;
  for (const GroupEdge& edge : groups.edges) {
    edges.emplace_back(edge.from, edge.to);
  }
  return edges;
}

Side SideOf(const Problem& problem, const LayerGroup& group, size_t cut) {
  switch (group.kind) {
    case LayerGroup::Kind::kInputs:
      return Side::kDevice;
    case LayerGroup::Kind::kResults:
      return problem.result;
    case LayerGroup::Kind::kLayers:
      break;
  }
  return group.on_device[cut] > 0 ? Side::kDevice : Side::kServer;
}

// Does a tensor of the edge lie on another side than where it leads?
bool Crosses(const Problem& problem, const GroupEdge& edge,
             const LayerGroup& to, const Cut& cut, size_t c) {
  return std::ranges::any_of(edge.tensors, [&](TensorId t) {
    const ProblemTensor& tensor = problem.tensors[t];
    const Side from = OriginOf(problem, tensor, cut);
    return to.kind == LayerGroup::Kind::kResults
               ? WantedOn(problem, tensor).value_or(from) != from
               : SideOf(problem, to, c) != from;
  });
}

// The tensors that a cut sends or brings back.
std::set<TensorId> CrossingIn(const Problem& problem, const TableCut& cut) {
  std::set<TensorId> crossing(cut.costs.uploaded.begin(),
                              cut.costs.uploaded.end());
  for (size_t t = 0; t < problem.tensors.size(); ++t) {
    const ProblemTensor& tensor = problem.tensors[t];
    if (ComesDown(problem, tensor, cut.cut)) {
      crossing.insert(static_cast<TensorId>(t));
    }
  }
  return crossing;
}

bool HasPlaces(const Problem& problem) {
  return std::ranges::any_of(problem.tensors, [](const ProblemTensor& tensor) {
    return IsFed(tensor) || tensor.wanted != Wanted::kAsAll;
  });
}

// Groups that are on one side in every cut: what crosses is what leads from a
// group to one on the other side. Layers inside a group may be on two sides
// where they are only similar; then nothing more can be said.
void ExpectCrossings(const Problem& problem, const CutTable& table,
                     const LayerGroups& groups) {
  const bool is_exact = groups.grouping != LayerGrouping::kSimilar;
  for (size_t c = 0; c < groups.groups[0].on_device.size(); ++c) {
    std::set<TensorId> crossing;
    for (const GroupEdge& edge : groups.edges) {
      if (is_exact) {
        EXPECT_EQ(edge.crosses[c],
                  Crosses(problem, edge, groups.groups[edge.to],
                          table.cuts[c].cut, c));
      }
      if (!edge.crosses[c]) continue;
      crossing.insert(edge.tensors.begin(), edge.tensors.end());
    }
    const std::set<TensorId> expected = CrossingIn(problem, table.cuts[c]);
    if (is_exact) {
      // Not all tensors of an edge lie on the same side where some are states
      // or have a place of their own.
      EXPECT_TRUE(std::ranges::includes(crossing, expected));
      EXPECT_TRUE(HasPlaces(problem) || crossing == expected);
      for (const LayerGroup& group : groups.groups) {
        if (group.kind != LayerGroup::Kind::kLayers) continue;
        EXPECT_TRUE(group.on_device[c] == 0 ||
                    group.on_device[c] == group.layers);
      }
    }
  }
}

TEST(LayerGroups, HaveNoCyclesAndHoldEveryLayerOnce) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    const Problem problem = RandomFeasibleProblem(seed, 30);
    const CutTable table = TableOf(problem);
    const LayerGroups groups = GroupLayers(problem, table);
    const int layers = std::accumulate(
        groups.groups.begin(), groups.groups.end(), 0,
        [](int sum, const LayerGroup& group) { return sum + group.layers; });
    EXPECT_EQ(layers, static_cast<int>(problem.layers.size()));
    ExpectCrossings(problem, table, groups);
    // Throws when there is a cycle.
    MakeLayout(static_cast<int>(groups.groups.size()), EdgesOf(groups),
               {100, 50, 10, 40, 10});
  }
}

// `count` branches from one input, each cut at another bandwidth or not.
Problem Branches(int count) {
  Problem problem;
  problem.range = {1, 1000};
  ProblemTensor input;
  input.name = "x";
  input.bytes = 1000;
  problem.tensors.push_back(input);
  for (int i = 0; i < count; ++i) {
    ProblemLayer layer;
    layer.name = fmt::format("l{}", i);
    layer.ns.device = 1'000'000 + i;
    problem.layers.push_back(layer);
    problem.tensors[0].readers.push_back(i);
    ProblemTensor result;
    result.producer = i;
    result.bytes = 10 * (i + 1);
    result.result = true;
    problem.tensors.push_back(result);
  }
  return problem;
}

TEST(LayerGroups, AreNeverTooManyToDraw) {
  for (const int count : {10, 100, 5000}) {
    const Problem problem = Branches(count);
    const CutTable table = TableOf(problem);
    const LayerGroups groups = GroupLayers(problem, table);
    EXPECT_LE(groups.groups.size(), kMostGroups + 2u) << count;
    EXPECT_EQ(groups.grouping == LayerGrouping::kConnected,
              count <= kMostGroups);
  }
}

TEST(LayerGroups, OfOneSideNeedNotBeConnectedWhenThereAreTooMany) {
  // Branches without ends: all on the device, or all on the server.
  const Problem problem = Branches(kMostGroups + 1);
  CutTable table;
  for (const Side side : {Side::kServer, Side::kDevice}) {
    const Cut cut(problem.layers.size(), side);
    const int id = static_cast<int>(table.cuts.size());
    table.cuts.push_back({cut, CountCosts(problem, cut)});
    table.rows.push_back({id * 500 + 1, id * 500 + 500, id});
  }
  const LayerGroups groups = GroupLayers(problem, table);
  EXPECT_EQ(groups.grouping, LayerGrouping::kSameSides);
  ASSERT_EQ(groups.groups.size(), 3u);
  EXPECT_EQ(groups.groups[1].layers, kMostGroups + 1);
  ExpectCrossings(problem, table, groups);
}

TEST(LayerGroups, OfManyCutsHoldLayersThatAreSimilar) {
  // A chain that is cut behind every layer.
  constexpr int kLayers = 3 * kMostGroups;
  Problem problem;
  problem.range = {1, 1000};
  problem.tensors.push_back(MakeTensor("x", kModelInput, {0}, 8));
  for (int l = 0; l < kLayers; ++l) {
    problem.layers.push_back(MakeLayer("l", 1, 1));
    const std::vector<LayerId> readers =
        l + 1 < kLayers ? std::vector<LayerId>{l + 1} : std::vector<LayerId>{};
    problem.tensors.push_back(MakeTensor("t", l, readers, 8));
  }
  problem.tensors.back().result = true;
  CutTable table;
  for (int first = 0; first <= kLayers; ++first) {
    Cut cut(kLayers, Side::kServer);
    std::fill(cut.begin(), cut.begin() + first, Side::kDevice);
    table.cuts.push_back({cut, CountCosts(problem, cut)});
    table.rows.push_back({first + 1, first + 1, first});
  }
  const LayerGroups groups = GroupLayers(problem, table);
  EXPECT_EQ(groups.grouping, LayerGrouping::kSimilar);
  EXPECT_LE(groups.groups.size(), kMostGroups + 2u);
  EXPECT_GT(groups.groups.size(), kMostGroups / 2u);
  // Of a chain they are its pieces, in order.
  LayerId next = 0;
  for (const LayerGroup& group : groups.groups) {
    if (group.kind != LayerGroup::Kind::kLayers) continue;
    EXPECT_EQ(group.first, next);
    EXPECT_EQ(group.last - group.first + 1, group.layers);
    next = group.last + 1;
  }
  EXPECT_EQ(next, kLayers);
  ExpectCrossings(problem, table, groups);
  // Throws when there is a cycle.
  MakeLayout(static_cast<int>(groups.groups.size()), EdgesOf(groups),
             {100, 50, 10, 40, 10});
}

TEST(LayeredLayout, PutsNothingOnTopOfAnother) {
  const LayoutSizes sizes = {100, 50, 10, 40, 10};
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Random random(seed);
    const int nodes = 1 + random.Below(20);
    std::vector<std::pair<int, int>> edges;
    for (int to = 1; to < nodes; ++to) {
      for (int k = random.Below(3); k >= 0; --k) {
        edges.emplace_back(random.Below(to), to);
      }
    }
    const Layout layout = MakeLayout(nodes, edges, sizes);
    for (int a = 0; a < nodes; ++a) {
      EXPECT_GE(layout.nodes[a].x, 0);
      EXPECT_LE(layout.nodes[a].x + sizes.node_width, layout.width);
      EXPECT_LE(layout.nodes[a].y + sizes.node_height, layout.height);
      for (int b = 0; b < a; ++b) {
        if (layout.nodes[a].y != layout.nodes[b].y) continue;
        EXPECT_GE(std::abs(layout.nodes[a].x - layout.nodes[b].x),
                  sizes.node_width + sizes.gap_across);
      }
    }
    for (size_t e = 0; e < edges.size(); ++e) {
      const std::vector<Point>& points = layout.edges[e];
      EXPECT_EQ(points.front().y,
                layout.nodes[edges[e].first].y + sizes.node_height);
      EXPECT_EQ(points.back().y, layout.nodes[edges[e].second].y);
      for (size_t p = 1; p < points.size(); ++p) {
        EXPECT_GT(points[p].y, points[p - 1].y);
      }
    }
  }
}

TEST(LayeredLayout, DrawsAChainStraight) {
  const Layout layout =
      MakeLayout(4, {{0, 1}, {1, 2}, {2, 3}}, {100, 50, 10, 40, 10});
  for (const Point& node : layout.nodes) EXPECT_EQ(node.x, 0);
  EXPECT_EQ(layout.width, 100);
}

TEST(LayeredLayout, RefusesCycles) {
  EXPECT_THROW(MakeLayout(2, {{0, 1}, {1, 0}}, {}), std::logic_error);
}

// Two upright edges close to each other: labels are left and right of both.
TEST(EdgeLabels, KeepAwayFromOtherEdges) {
  Layout layout;
  layout.width = 2000;
  layout.edges = {{{900, 0}, {900, 560}}, {{1100, 0}, {1100, 560}}};
  EdgeLabels labels(layout, {140, 60, 120});
  EXPECT_LE(labels.Place(0, 400, true).x + 400, 900);
  EXPECT_GE(labels.Place(1, 400, true).x, 1100);
}

TEST(EdgeLabels, KeepAwayFromOtherLabels) {
  Layout layout;
  layout.width = 2000;
  layout.edges = {{{900, 0}, {900, 560}}, {{900, 0}, {900, 560}}};
  EdgeLabels labels(layout, {140, 60, 120});
  const Point first = labels.Place(0, 400, true);
  const Point second = labels.Place(1, 400, true);
  EXPECT_TRUE(std::abs(first.x - second.x) >= 400 ||
              std::abs(first.y - second.y) >= 140);
}

}  // namespace
}  // namespace dnncut
