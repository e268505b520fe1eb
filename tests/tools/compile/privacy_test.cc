// SPDX-License-Identifier: Apache-2.0
#include "tools/compile/privacy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/base/error.h"
#include "tests/testing.h"
#include "tests/tools/graph_of.h"

namespace dnncut {
namespace {

// By the rules as they are written, for one cut.
bool IsPrivateIn(const Problem& problem, const std::vector<bool>& is_private,
                 const Cut& cut) {
  for (size_t l = 0; l < cut.size(); ++l) {
    if (is_private[l] && cut[l] == Side::kServer) return false;
  }
  return std::ranges::none_of(
      problem.tensors, [&](const ProblemTensor& tensor) {
        const auto reads_private = [&](LayerId l) { return is_private[l]; };
        const auto is_on_server = [&](LayerId l) {
          return cut[l] == Side::kServer;
        };
        const bool is_inside =
            (tensor.producer == kModelInput || is_private[tensor.producer]) &&
            std::ranges::any_of(tensor.readers, reads_private);
        return is_inside && std::ranges::any_of(tensor.readers, is_on_server);
      });
}

// All that the layer depends on, found from the back.
std::vector<bool> WithAncestors(const Problem& problem, LayerId layer) {
  std::vector<bool> is_private(problem.layers.size(), false);
  is_private[layer] = true;
  for (LayerId l = layer; l >= 0; --l) {
    if (!is_private[l]) continue;
    for (const ProblemTensor& tensor : problem.tensors) {
      if (tensor.producer != kModelInput &&
          std::ranges::count(tensor.readers, l) > 0) {
        is_private[tensor.producer] = true;
      }
    }
  }
  return is_private;
}

// Over all cuts: just those that the rules allow are left.
TEST(PrivacyTest, PinsAreTheRules) {
  for (uint64_t seed = 0; seed < 2500; ++seed) {
    const Problem problem = PlainProblem(seed);
    const int layers = static_cast<int>(problem.layers.size());
    if (layers == 0) continue;
    Random random(seed);
    const Graph graph = GraphOf(problem);
    Placement placement;
    placement.pins.resize(layers);
    std::vector<bool> is_private(layers, false);
    const LayerId last = random.Below(layers);
    if (random.Chance(1, 2)) {
      for (LayerId l = 0; l <= last; ++l) is_private[l] = true;
      KeepPrivate(graph, {std::to_string(last + 1)}, Side::kDevice, &placement);
    } else {
      is_private = WithAncestors(problem, last);
      KeepPrivate(graph, {problem.layers[last].name}, Side::kDevice,
                  &placement);
    }
    Problem pinned = problem;
    for (LayerId l = 0; l < layers; ++l) {
      pinned.layers[l].pinned = placement.pins[l];
    }
    for (int mask = 0; mask < 1 << layers; ++mask) {
      Cut cut;
      for (LayerId l = 0; l < layers; ++l) {
        cut.push_back((mask >> l & 1) != 0 ? Side::kDevice : Side::kServer);
      }
      ASSERT_EQ(
          IsFeasible(pinned, cut),
          IsFeasible(problem, cut) && IsPrivateIn(problem, is_private, cut))
          << "seed " << seed << ", cut " << mask;
    }
  }
}

// x -> a -> b -> c, and x and a's result are read by c, too.
Graph Residual() {
  Graph graph;
  graph.input_count = 1;
  graph.tensors.resize(4);
  graph.layers.resize(3);
  const std::string names = "xabc";
  for (int t = 0; t < 4; ++t) {
    graph.tensors[t].name = names[t];
    graph.tensors[t].producer = t - 1;
  }
  graph.tensors[0].readers = {0};
  graph.tensors[1].readers = {1, 2};
  graph.tensors[2].readers = {2};
  graph.tensors[3].is_result = true;
  for (int l = 0; l < 3; ++l) {
    graph.layers[l].name = fmt::format("layer {}", names[l + 1]);
    graph.layers[l].outputs = {l + 1};
  }
  graph.layers[0].inputs = {0};
  graph.layers[1].inputs = {1};
  graph.layers[2].inputs = {1, 2};
  return graph;
}

Placement NoPins(const Graph& graph) {
  Placement placement;
  placement.pins.resize(graph.layers.size());
  return placement;
}

std::string MessageOf(const Graph& graph, const std::string& name, Side result,
                      Placement placement) {
  try {
    KeepPrivate(graph, {name}, result, &placement);
  } catch (const Error& error) {
    return fmt::format("{} {}", error.id(), error.what());
  }
  return "";
}

TEST(PrivacyTest, WhatALastLayerMakesMayLeave) {
  const Graph graph = Residual();
  Placement placement = NoPins(graph);
  KeepPrivate(graph, {"a"}, Side::kDevice, &placement);
  EXPECT_THAT(placement.pins,
              testing::ElementsAre(Side::kDevice, std::nullopt, std::nullopt));
  // c reads what is inside.
  placement = NoPins(graph);
  KeepPrivate(graph, {"2"}, Side::kDevice, &placement);
  EXPECT_THAT(placement.pins, testing::Each(Side::kDevice));
}

TEST(PrivacyTest, WhatContradictsIsNamed) {
  Graph graph = Residual();
  Placement placement = NoPins(graph);
  placement.pins[2] = Side::kServer;
  EXPECT_THAT(
      MessageOf(graph, "b", Side::kDevice, placement),
      testing::HasSubstr("E136 layer 'layer c' is pinned to the server, "
                         "but must stay on the device: it reads 'a'"));
  EXPECT_EQ(MessageOf(graph, "a", Side::kDevice, placement), "");
  placement = NoPins(graph);
  placement.inputs_on_server = {0};
  EXPECT_THAT(MessageOf(graph, "1", Side::kDevice, placement),
              testing::HasSubstr("E136 input 'x' lies on the server"));
  graph.tensors[1].is_result = true;
  placement = NoPins(graph);
  EXPECT_THAT(
      MessageOf(graph, "b", Side::kServer, placement),
      testing::HasSubstr("E136 the result 'a' is wanted on the server"));
  EXPECT_EQ(MessageOf(graph, "a", Side::kServer, placement), "");
  EXPECT_THAT(MessageOf(graph, "4", Side::kDevice, placement),
              testing::HasSubstr("E136 --keep-private 4: the model has 3"));
  EXPECT_THAT(MessageOf(graph, "0", Side::kDevice, placement),
              testing::HasSubstr("E104"));
  EXPECT_THAT(MessageOf(graph, "layr a", Side::kDevice, placement),
              testing::HasSubstr("did you mean 'layer a'"));
}

}  // namespace
}  // namespace dnncut
