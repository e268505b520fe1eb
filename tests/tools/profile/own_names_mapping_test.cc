// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "tests/tools/small_graphs.h"
#include "tools/profile/trace_mapping.h"

namespace dnncut {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

LayerTimes Map(const std::vector<NodeSpec>& nodes,
               const std::vector<NodeTime>& times) {
  return MapOwnNames(GraphOf(nodes), Proto(nodes), times, "t.json");
}

std::string MapError(const std::vector<NodeSpec>& nodes,
                     const std::vector<NodeTime>& times) {
  try {
    Map(nodes, times);
  } catch (const Error& error) {
    return error.id() + " " + error.what();
  }
  return "";
}

const std::vector<NodeSpec> kTwoConvs = {{"Abs", "p", {"x"}, {"p"}},
                                         {"Conv", "c", {"p", "w"}, {"a"}},
                                         {"Relu", "r", {"a"}, {"b"}},
                                         {"Conv", "d", {"b", "w"}, {"e"}},
                                         {"Relu", "s", {"e"}, {"y"}}};

TEST(OwnNames, LayersWithoutANodeBelongToTheOneBefore) {
  const LayerTimes times = MapOwnNames(
      GraphOf(kTwoConvs), Proto(kTwoConvs),
      {Time("p", 1), Time("reorder_1", 4), Time("c", 5), Time("d", 2)},
      "t.json");
  EXPECT_EQ(LayersOf(times), (Units{{0}, {1, 2}, {3, 4}}));
  EXPECT_THAT(UsOf(times), ElementsAre(5, 5, 2));
  EXPECT_EQ(times.guessed_us, 4);
  EXPECT_EQ(times.guessed_nodes, 1);
  EXPECT_EQ(times.lost_nodes, 0);
}

TEST(OwnNames, ALayoutNodeIsCalledAfterTheLastOfItsLayers) {
  const LayerTimes times = MapOwnNames(
      GraphOf(kTwoConvs), Proto(kTwoConvs),
      {Time("p", 1), Time("b_nchwc", 5), Time("y_nchwc", 2)}, "t.json");
  EXPECT_EQ(LayersOf(times), (Units{{0}, {1, 2}, {3, 4}}));
  EXPECT_THAT(UsOf(times), ElementsAre(1, 5, 2));
}

TEST(OwnNames, NamelessNodesAreCountedWithoutConstants) {
  const std::vector<NodeSpec> nodes = {{"Relu", "", {"x"}, {"a"}},
                                       {"Abs", "", {"a"}, {"b"}},
                                       {"Relu", "", {"b"}, {"c"}}};
  std::vector<NodeSpec> source = nodes;
  source.push_back({"Constant", "", {}, {"k"}});
  source.push_back({"Relu", "", {"c"}, {"d"}});
  Graph graph = GraphOf(source);
  graph.layers[3].operation.op_type = "not a layer";
  const LayerTimes times =
      MapOwnNames(graph, Proto(source),
                  {Time("Relu_0", 1, "Relu"), Time("Abs_1", 2, "Abs"),
                   Time("Relu_2", 4, "Relu"), Time("Relu_3", 8, "Relu")},
                  "t.json");
  EXPECT_THAT(UsOf(times), ElementsAre(1, 2, 4, 0, 8));
}

TEST(OwnNames, ATraceOfAnotherModelIsRefused) {
  EXPECT_THAT(
      MapError(kTwoConvs, {Time("c", 1), Time("other", 1), Time("another", 1)}),
      HasSubstr("E433 t.json: is a trace of another model: of its 3 "
                "nodes 2 are not in the model, 'other'"));
  EXPECT_EQ(MapError(kTwoConvs, {Time("c", 1), Time("other", 1)}), "");
}

// The shortcut of a residual block is no part of what adds it.
TEST(OwnNames, AnAdditionBelongsToTheConvolutionThatRanLast) {
  const std::vector<NodeSpec> nodes = {
      {"Conv", "c", {"x", "w"}, {"c"}},
      {"BatchNormalization", "m", {"c"}, {"m"}},
      {"Abs", "p", {"x"}, {"p"}},
      {"Conv", "d", {"p", "w"}, {"d"}},
      {"Add", "a", {"m", "d"}, {"a"}},
      {"Relu", "r", {"a"}, {"r"}},
      {"Conv", "e", {"r", "w"}, {"y"}}};
  const auto map = [&](const std::string& first, const std::string& second) {
    return LayersOf(
        Map(nodes, {Time("p", 4, "Abs"), Time(first, 1, "Conv"),
                    Time(second, 2, "Conv"), Time("y_nchwc", 3, "Conv")}));
  };
  EXPECT_EQ(map("d_nchwc", "m_nchwc"), (Units{{0, 1, 4, 5}, {2}, {3}, {6}}));
  EXPECT_EQ(map("m_nchwc", "d_nchwc"), (Units{{0, 1}, {2}, {3, 4, 5}, {6}}));
}

TEST(OwnNames, AFusedOperatorHoldsWhatIsBeforeIt) {
  const std::vector<NodeSpec> nodes = {
      {"Conv", "c", {"x", "w"}, {"c"}},   {"Sigmoid", "s", {"c"}, {"s"}},
      {"Mul", "m", {"c", "s"}, {"m"}},    {"Transpose", "t", {"m"}, {"t"}},
      {"MatMul", "p", {"m", "t"}, {"p"}}, {"Div", "d", {"p", "k"}, {"y"}}};
  const LayerTimes times = Map(
      nodes,
      {Time("c", 1, "Conv"), Time("m/QuickGeluFusion/", 2, "QuickGelu"),
       Time("p/MatmulTransposeFusion//MatMulScaleFusion/", 4, "FusedMatMul")});
  EXPECT_EQ(LayersOf(times), (Units{{0}, {1, 2}, {3, 4, 5}}));
  EXPECT_THAT(UsOf(times), ElementsAre(1, 2, 4));
  EXPECT_EQ(times.guessed_nodes, 0);
}

TEST(OwnNames, QuantizationsGoBackAndDequantizationsForward) {
  const std::vector<NodeSpec> nodes = {
      {"DequantizeLinear", "d0", {"x"}, {"d0"}},
      {"Conv", "c", {"d0", "w"}, {"c"}},
      {"Relu", "r", {"c"}, {"r"}},
      {"QuantizeLinear", "q0", {"r"}, {"q0"}},
      {"DequantizeLinear", "d1", {"q0"}, {"d1"}},
      {"MaxPool", "m", {"d1"}, {"m"}},
      {"QuantizeLinear", "q1", {"m"}, {"y"}}};
  EXPECT_EQ(LayersOf(Map(nodes, {Time("c_token_1", 1, "QLinearConv"),
                                 Time("m", 1, "MaxPool")})),
            (Units{{0, 1, 2, 3}, {4, 5, 6}}));
}

// What has no name of the model is found by its place, if one node runs between
// its neighbours; what only reshapes around a product counts beside it.
TEST(OwnNames, NewNodesStandBetweenTheirNeighbours) {
  const std::vector<NodeSpec> nodes = {
      {"MatMul", "p", {"x", "w"}, {"p"}},
      {"Add", "b", {"p", "k"}, {"b"}},
      {"Div", "v", {"b", "k"}, {"v"}},
      {"Erf", "e", {"v"}, {"e"}},
      {"Add", "o", {"e", "k"}, {"o"}},
      {"Mul", "m", {"b", "o"}, {"m"}},
      {"Mul", "h", {"m", "k"}, {"h"}},
      {"MatMul", "q", {"h", "w"}, {"q"}},
      {"Add", "r", {"q", "x"}, {"r"}},
      {"LayerNormalization", "n", {"r", "k"}, {"y"}}};
  const LayerTimes times = Map(
      nodes,
      {Time("gemm_input_reshape", 1, "Reshape"),
       Time("p/MatMulAddFusion", 2, "Gemm"),
       Time("gemm_output_reshape_token_3", 4, "Reshape"),
       Time("Gelu", 8, "Gelu"), Time("q", 32, "MatMul"),
       Time("SkipLayerNormalization_token_4", 16, "SkipLayerNormalization")});
  EXPECT_EQ(LayersOf(times), (Units{{0, 1}, {2, 3, 4, 5, 6}, {7}, {8, 9}}));
  EXPECT_THAT(UsOf(times), ElementsAre(7, 8, 32, 16));
  EXPECT_EQ(times.guessed_nodes, 2);
  EXPECT_EQ(times.guessed_us, 1 + 4);
}

// Either of two branches could have run then.
TEST(OwnNames, WhatIsNotSureIsGuessed) {
  const std::vector<NodeSpec> nodes = {{"Abs", "p", {"x"}, {"p"}},
                                       {"Conv", "", {"p", "w"}, {"a"}},
                                       {"Conv", "", {"p", "w"}, {"b"}},
                                       {"Concat", "k", {"a", "b"}, {"y"}}};
  const LayerTimes times =
      Map(nodes, {Time("p", 8, "Abs"), Time("FusedConv_7", 1, "FusedConv"),
                  Time("FusedConv_8", 2, "FusedConv"), Time("k", 4, "Concat")});
  EXPECT_EQ(LayersOf(times), (Units{{0}, {1, 2, 3}}));
  EXPECT_THAT(UsOf(times), ElementsAre(8 + 1 + 2, 4));
  EXPECT_EQ(times.guessed_nodes, 2);
  EXPECT_EQ(times.guessed_us, 1 + 2);
  EXPECT_EQ(times.lost_nodes, 0);
}

// A node of the runtime between two of the model's is not what else reads from
// the one before: two sets of layers could be it.
TEST(OwnNames, ANewNodeIsOneSetOfLayersThatHangTogether) {
  const std::vector<NodeSpec> nodes = {{"Abs", "p", {"x"}, {"p"}},
                                       {"Erf", "e", {"p"}, {"e"}},
                                       {"Mul", "m", {"e", "p"}, {"m"}},
                                       {"Transpose", "t", {"p"}, {"t"}},
                                       {"MatMul", "k", {"m", "t"}, {"y"}}};
  const std::vector<NodeTime> times = {
      Time("p", 1, "Abs"), Time("Gelu", 2, "Gelu"), Time("k", 4, "MatMul")};
  EXPECT_EQ(Map(nodes, times).guessed_us, 2);
  std::vector<NodeTime> with_transpose = times;
  with_transpose.insert(with_transpose.begin() + 1, Time("t", 8, "Transpose"));
  EXPECT_EQ(Map(nodes, with_transpose).guessed_us, 2);
  std::swap(with_transpose[1], with_transpose[2]);
  const LayerTimes known = Map(nodes, with_transpose);
  EXPECT_EQ(LayersOf(known), (Units{{0}, {1, 2}, {3}, {4}}));
  EXPECT_THAT(UsOf(known), ElementsAre(1, 2, 8, 4));
  EXPECT_EQ(known.guessed_nodes, 0);
}

TEST(OwnNames, TheRuntimesOwnNodesAreNoStrangers) {
  const std::vector<NodeSpec> nodes = {{"Conv", "c", {"x", "w"}, {"c"}},
                                       {"Softmax", "s", {"c"}, {"s"}},
                                       {"Conv", "d", {"s", "w"}, {"y"}}};
  const LayerTimes times =
      Map(nodes, {Time("InsertedPrecisionFreeCast_w", 1, "Cast"),
                  Time("InsertedPrecisionFreeCast_x", 2, "Cast"),
                  Time("fused c", 4, "FusedConv"), Time("Exp_9", 8, "Exp"),
                  Time("Div_10", 16, "Div"), Time("d", 32, "Conv"),
                  Time("InsertedPrecisionFreeCast_y", 64, "Cast")});
  EXPECT_EQ(LayersOf(times), (Units{{0}, {1}, {2}}));
  EXPECT_THAT(UsOf(times), ElementsAre(7, 24, 96));
  EXPECT_EQ(times.guessed_us, 1 + 2 + 8 + 16);
}

}  // namespace
}  // namespace dnncut
