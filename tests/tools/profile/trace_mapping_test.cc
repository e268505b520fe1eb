// SPDX-License-Identifier: Apache-2.0
#include "tools/profile/trace_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/small_graphs.h"
#include "tools/profile/layer_units.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;
using testing::ElementsAre;

const std::vector<NodeSpec> kConvRelu = {
    {"Conv", "c", {"x", "w"}, {"a"}},
    {"BatchNormalization", "b", {"a", "s"}, {"n"}},
    {"Relu", "r", {"n"}, {"y"}},
    {"Relu", "z", {"y"}, {"z"}}};

TEST(SavedGraph, AnUnchangedGraphIsItself) {
  const LayerTimes times = MapSavedGraph(
      GraphOf(kConvRelu),
      Proto({{"Conv", "dnncut:0:c", {"x", "w"}, {"a"}},
             {"BatchNormalization", "dnncut:1:b", {"a", "s"}, {"n"}},
             {"Relu", "dnncut:2:r", {"n"}, {"y"}},
             {"Relu", "dnncut:3:z", {"y"}, {"z"}}}),
      {Time("dnncut:0:c", 5), Time("dnncut:1:b", 4), Time("dnncut:2:r", 3),
       Time("dnncut:3:z", 2)});
  EXPECT_EQ(LayersOf(times), (Units{{0}, {1}, {2}, {3}}));
  EXPECT_THAT(UsOf(times), ElementsAre(5, 4, 3, 2));
  EXPECT_EQ(times.lost_nodes, 0);
}

TEST(SavedGraph, AFusedNodeIsTheUnitOfItsLayers) {
  const LayerTimes times =
      MapSavedGraph(GraphOf(kConvRelu),
                    Proto({{"FusedConv", "dnncut:0:c", {"x", "w2"}, {"y"}},
                           {"Relu", "dnncut:3:z", {"y"}, {"z"}}}),
                    {Time("dnncut:0:c", 5), Time("dnncut:3:z", 2)});
  EXPECT_EQ(LayersOf(times), (Units{{0, 1, 2}, {3}}));
  EXPECT_THAT(UsOf(times), ElementsAre(5, 2));
}

TEST(SavedGraph, LayoutNodesAreKnownByTheTensorInTheirName) {
  const LayerTimes times =
      MapSavedGraph(GraphOf(kConvRelu),
                    Proto({{"ReorderInput", "ReorderInput", {"x"}, {"r0"}},
                           {"Conv", "y_nchwc", {"r0", "w2"}, {"r1"}},
                           {"Relu", "dnncut:3:z", {"r1"}, {"r2"}},
                           {"ReorderOutput", "ReorderOutput", {"r2"}, {"z"}}}),
                    {Time("ReorderInput", 1), Time("y_nchwc", 5),
                     Time("dnncut:3:z", 2), Time("ReorderOutput", 0.5)});
  EXPECT_EQ(LayersOf(times), (Units{{0, 1, 2}, {3}}));
  EXPECT_THAT(UsOf(times), ElementsAre(6, 2.5));
}

// The addition and the activation leave no name: attribute and input tell that
// they belong to the convolution before, not to the one behind.
TEST(SavedGraph, AResidualConvolutionTakesInWhatFollows) {
  const Graph graph = GraphOf({{"Conv", "c0", {"x", "w"}, {"a"}},
                               {"Conv", "c1", {"a", "w"}, {"b"}},
                               {"Add", "add", {"b", "a"}, {"s"}},
                               {"Relu", "r", {"s"}, {"t"}},
                               {"Conv", "c2", {"t", "w"}, {"u"}}});
  onnx::GraphProto saved =
      Proto({{"Conv", "a_nchwc", {"x", "w"}, {"r0"}},
             {"Conv", "b_nchwc", {"r0", "w", "", "r0"}, {"r1"}},
             {"Conv", "u_nchwc", {"r1", "w"}, {"r2"}},
             {"ReorderOutput", "out", {"r2"}, {"u"}}});
  onnx::AttributeProto* activation = saved.mutable_node(1)->add_attribute();
  activation->set_name("activation");
  activation->set_s("Relu");
  const LayerTimes times =
      MapSavedGraph(graph, saved,
                    {Time("a_nchwc", 1), Time("b_nchwc", 2), Time("u_nchwc", 3),
                     Time("out", 4)});
  EXPECT_EQ(LayersOf(times), (Units{{0}, {1, 2, 3}, {4}}));
  EXPECT_THAT(UsOf(times), ElementsAre(1, 2, 7));
}

// What only changes the layout makes a tensor of the model, and is no layer.
TEST(SavedGraph, AReorderBehindAResidualConvolutionIsNoLayer) {
  const Graph graph = GraphOf({{"Conv", "c0", {"x", "w"}, {"a"}},
                               {"Conv", "c1", {"a", "w"}, {"b"}},
                               {"Add", "add", {"b", "a"}, {"s"}},
                               {"Relu", "r", {"s"}, {"t"}},
                               {"Softmax", "m", {"t"}, {"y"}}});
  const LayerTimes times =
      MapSavedGraph(graph,
                    Proto({{"Conv", "a_nchwc", {"x", "w"}, {"r0"}},
                           {"Conv", "b_nchwc", {"r0", "w", "", "r0"}, {"r1"}},
                           {"ReorderOutput", "ReorderOutput", {"r1"}, {"t"}},
                           {"Softmax", "dnncut:4:m", {"t"}, {"y"}}}),
                    {Time("a_nchwc", 1), Time("b_nchwc", 2),
                     Time("ReorderOutput", 4), Time("dnncut:4:m", 8)});
  EXPECT_EQ(LayersOf(times), (Units{{0}, {1, 2, 3}, {4}}));
  EXPECT_THAT(UsOf(times), ElementsAre(1, 2 + 4, 8));
}

TEST(SavedGraph, BatchNormalizationOfALayoutPass) {
  const Graph graph = GraphOf({{"BatchNormalization", "b", {"x", "s"}, {"n"}},
                               {"Relu", "r", {"n"}, {"y"}},
                               {"Conv", "c", {"y", "w"}, {"z"}}});
  onnx::GraphProto saved = Proto({{"Conv", "n_bn_nchwc", {"x", "s"}, {"r0"}},
                                  {"Conv", "z_nchwc", {"r0", "w"}, {"r1"}},
                                  {"ReorderOutput", "o", {"r1"}, {"z"}}});
  onnx::AttributeProto* activation = saved.mutable_node(0)->add_attribute();
  activation->set_name("activation");
  activation->set_s("Relu");
  EXPECT_EQ(LayersOf(MapSavedGraph(graph, saved, {})), (Units{{0, 1}, {2}}));
}

TEST(SavedGraph, AMatrixProductTakesInItsBias) {
  const Graph graph = GraphOf({{"MatMul", "m", {"x", "w"}, {"p"}},
                               {"Add", "a", {"p", "b"}, {"q"}},
                               {"Relu", "r", {"q"}, {"y"}}});
  const LayerTimes times = MapSavedGraph(
      graph,
      Proto({{"Reshape", "gemm_input_reshape", {"x", "s"}, {"t0"}},
             {"Gemm", "dnncut:0:m/MatMulAddFusion", {"t0", "w", "b"}, {"t1"}},
             {"Reshape", "gemm_output_reshape", {"t1", "s"}, {"q"}},
             {"Relu", "dnncut:2:r", {"q"}, {"y"}}}),
      {Time("gemm_input_reshape", 1), Time("dnncut:0:m/MatMulAddFusion", 10),
       Time("gemm_output_reshape", 2), Time("dnncut:2:r", 3)});
  EXPECT_EQ(LayersOf(times), (Units{{0, 1}, {2}}));
  EXPECT_THAT(UsOf(times), ElementsAre(13, 3));
}

// A model that the runtime has optimised before has such names already.
TEST(SavedGraph, TheUsersOwnNameTellsNoFusion) {
  const std::vector<NodeSpec> nodes = {
      {"Gemm", "m/MatMulAddFusion", {"x", "w"}, {"p"}},
      {"Add", "a", {"p", "x"}, {"q"}},
      {"MatMul", "n", {"q", "w"}, {"r"}},
      {"Add", "b", {"r", "w"}, {"y"}}};
  const LayerTimes times = MapSavedGraph(
      GraphOf(nodes),
      Proto({{"Gemm", "dnncut:0:m/MatMulAddFusion", {"x", "w"}, {"p"}},
             {"Add", "dnncut:1:a", {"p", "x"}, {"q"}},
             {"Gemm", "dnncut:2:n/MatMulAddFusion_token_1", {"q", "w"}, {"t"}},
             {"Reshape", "gemm_output_reshape", {"t"}, {"y"}}}),
      {});
  EXPECT_EQ(LayersOf(times), (Units{{0}, {1}, {2, 3}}));
}

// A subgraph that becomes one nameless operator, in which one tensor has two
// readers.
TEST(SavedGraph, AFusedSubgraphIsOneUnit) {
  const Graph graph = GraphOf({{"Relu", "r", {"x"}, {"in"}},
                               {"ReduceMean", "m", {"in"}, {"mean"}},
                               {"Sub", "s", {"in", "mean"}, {"d"}},
                               {"Pow", "p", {"d"}, {"sq"}},
                               {"Div", "v", {"d", "sq"}, {"out"}},
                               {"Relu", "e", {"out"}, {"y"}}});
  const LayerTimes times =
      MapSavedGraph(graph,
                    Proto({{"Relu", "dnncut:0:r", {"x"}, {"in"}},
                           {"LayerNormalization", "", {"in"}, {"out"}},
                           {"Relu", "dnncut:5:e", {"out"}, {"y"}}}),
                    {Time("dnncut:0:r", 1),
                     Time("LayerNormalization_17", 8, "LayerNormalization"),
                     Time("dnncut:5:e", 2)});
  EXPECT_EQ(LayersOf(times), (Units{{0}, {1, 2, 3, 4}, {5}}));
  EXPECT_THAT(UsOf(times), ElementsAre(1, 8, 2));
  EXPECT_EQ(times.lost_nodes, 0);
}

// Float16 runs in float: tensors and nodes have a prefix, casts stand around,
// and the body of a function has no names.
TEST(SavedGraph, InsertedCastsAreSeenThrough) {
  const Graph graph = GraphOf({{"Conv", "c", {"x", "w"}, {"a"}},
                               {"Relu", "r", {"a"}, {"b"}},
                               {"Softmax", "s", {"b"}, {"e"}},
                               {"MatMul", "m", {"e", "w"}, {"y"}}});
  const LayerTimes times = MapSavedGraph(
      graph,
      Proto({{"Cast", "InsertedPrecisionFreeCast_x", {"x"}, {"x32"}},
             {"Conv", "InsertedPrecisionFreeCast_b_nchwc", {"x32"}, {"r0"}},
             {"Exp", "", {"r0"}, {"InsertedCast__inlfunc_Softmax_X_Exp"}},
             {"Div",
              "",
              {"InsertedCast__inlfunc_Softmax_X_Exp"},
              {"InsertedCast_e"}},
             {"MatMul", "dnncut:3:m", {"InsertedCast_e"}, {"InsertedCast_y"}},
             {"Cast", "InsertedCast_y", {"InsertedCast_y"}, {"y"}}}),
      {Time("InsertedPrecisionFreeCast_x", 1),
       Time("InsertedPrecisionFreeCast_b_nchwc", 2), Time("Exp_2", 4, "Exp"),
       Time("Div_3", 8, "Div"), Time("dnncut:3:m", 16),
       Time("InsertedCast_y", 32)});
  EXPECT_EQ(LayersOf(times), (Units{{0, 1}, {2}, {3}}));
  EXPECT_THAT(UsOf(times), ElementsAre(3, 12, 48));
  EXPECT_EQ(times.lost_nodes, 0);
}

// The layout pass names the result after the node, so that the tensor of the
// first QuantizeLinear is gone: it is still the convolution's.
TEST(SavedGraph, AQuantizationBelongsToTheNodeBefore) {
  const Graph graph = GraphOf({{"DequantizeLinear", "d0", {"x"}, {"x_d"}},
                               {"Conv", "c0", {"x_d", "w"}, {"r0"}},
                               {"Relu", "r", {"r0"}, {"c0"}},
                               {"QuantizeLinear", "q1", {"c0"}, {"c0_q"}},
                               {"DequantizeLinear", "d1", {"c0_q"}, {"c0_d"}},
                               {"Conv", "c1", {"c0_d", "w"}, {"r1"}},
                               {"QuantizeLinear", "q2", {"r1"}, {"y"}}});
  const LayerTimes times = MapSavedGraph(
      graph,
      Proto({{"Transpose", "Transpose", {"x"}, {"t"}},
             {"QLinearConv", "dnncut:1:c0_token_1", {"t"}, {"dnncut:1:c0"}},
             {"QLinearConv",
              "dnncut:5:c1_token_4",
              {"dnncut:1:c0"},
              {"dnncut:5:c1"}},
             {"Transpose", "Transpose_token_3", {"dnncut:5:c1"}, {"y"}}}),
      {Time("Transpose", 1), Time("dnncut:1:c0_token_1", 2),
       Time("dnncut:5:c1_token_4", 4), Time("Transpose_token_3", 8)});
  EXPECT_EQ(LayersOf(times), (Units{{0, 1, 2, 3}, {4, 5, 6}}));
  EXPECT_THAT(UsOf(times), ElementsAre(3, 12));
}

// What was folded, dropped or made twice binds nothing together.
TEST(SavedGraph, WhatVanishesForSeveralReadersIsAlone) {
  const Graph graph = GraphOf({{"Relu", "r", {"x"}, {"a"}},
                               {"Shape", "s", {"a"}, {"shape"}},
                               {"Identity", "i", {"a"}, {"same"}},
                               {"Cast", "c", {"a"}, {"cast"}},
                               {"Abs", "p", {"same"}, {"p"}},
                               {"Abs", "q", {"cast"}, {"q"}},
                               {"Reshape", "h", {"cast", "shape"}, {"h"}}});
  onnx::GraphProto saved =
      Proto({{"Relu", "dnncut:0:r", {"x"}, {"a"}},
             {"Abs", "dnncut:4:p", {"a"}, {"p"}},
             {"Abs", "dnncut:5:q", {"a"}, {"q"}},
             {"Reshape", "dnncut:6:h", {"a", "shape"}, {"h"}}});
  saved.add_initializer()->set_name("shape");
  const LayerTimes times = MapSavedGraph(graph, saved, {});
  EXPECT_EQ(LayersOf(times), (Units{{0}, {1}, {2}, {3}, {4}, {5}, {6}}));
}

// The runtime computes it once, whichever of the two remains.
TEST(SavedGraph, WhatIsComputedTwiceIsAlone) {
  const Graph graph = GraphOf({{"Relu", "r", {"x"}, {"b"}},
                               {"MatMul", "mA", {"b", "w"}, {"c1"}},
                               {"MatMul", "mB", {"b", "w"}, {"c2"}},
                               {"Softmax", "sA", {"c1"}, {"d1"}},
                               {"Softmax", "sB", {"c2"}, {"d2"}},
                               {"Concat", "cat", {"d1", "d2"}, {"e"}}});
  const LayerTimes times =
      MapSavedGraph(graph,
                    Proto({{"Relu", "dnncut:0:r", {"x"}, {"b"}},
                           {"MatMul", "dnncut:2:mB", {"b", "w"}, {"c2"}},
                           {"Softmax", "dnncut:4:sB", {"c2"}, {"d2"}},
                           {"Concat", "dnncut:5:cat", {"d2", "d2"}, {"e"}}}),
                    {Time("dnncut:0:r", 1), Time("dnncut:2:mB", 2),
                     Time("dnncut:4:sB", 4), Time("dnncut:5:cat", 8)});
  EXPECT_EQ(LayersOf(times), (Units{{0}, {1}, {2}, {3}, {4}, {5}}));
  EXPECT_THAT(UsOf(times), ElementsAre(1, 0, 2, 0, 4, 8));
}

TEST(SavedGraph, NamelessNodesAreKnownByTheirOrder) {
  const Graph graph = GraphOf(
      {{"HardSwish", "h", {"x"}, {"a"}}, {"HardSwish", "k", {"a"}, {"b"}}});
  const LayerTimes times = MapSavedGraph(
      graph,
      Proto({{"HardSigmoid", "", {"x"}, {"t0"}},
             {"Mul", "", {"x", "t0"}, {"a"}},
             {"HardSigmoid", "", {"a"}, {"t1"}},
             {"Mul", "", {"a", "t1"}, {"b"}}}),
      {Time("HardSigmoid_9", 1, "HardSigmoid"), Time("Mul_10", 2, "Mul"),
       Time("HardSigmoid_3", 4, "HardSigmoid"), Time("Mul_4", 8, "Mul"),
       Time("Mul_5", 16, "Mul")});
  EXPECT_EQ(LayersOf(times), (Units{{0}, {1}}));
  EXPECT_THAT(UsOf(times), ElementsAre(3, 12));
  EXPECT_EQ(times.lost_us, 16);
  EXPECT_EQ(times.lost_nodes, 1);
  EXPECT_EQ(times.nodes, 5);
}

TEST(LayoutName, OnlyANormalizationHasBnInIt) {
  const Graph graph = GraphOf({{"Conv", "c", {"x", "w"}, {"c1"}},
                               {"Relu", "r", {"c1"}, {"c1_bn"}},
                               {"BatchNormalization", "n", {"c1_bn"}, {"z"}}});
  const auto by_tensor = LayersByTensor(graph);
  EXPECT_EQ(LayerOfLayoutName(graph, by_tensor, "c1_nchwc"), 0);
  EXPECT_EQ(LayerOfLayoutName(graph, by_tensor, "c1_bn_nchwc"), 1);
  EXPECT_EQ(LayerOfLayoutName(graph, by_tensor, "z_bn_nchwc_token_3"), 2);
  EXPECT_EQ(LayerOfLayoutName(graph, by_tensor, "c1_bn"), std::nullopt);
}

TEST(LayerTimes, MiddleOfTheRunsWithoutWarmUp) {
  RuntimeTrace trace;
  trace.nodes = {{"a", "Relu", {1000, 3, 1, 2, 90}}, {"b", "Relu", {7}}};
  const std::vector<NodeTime> times = NodeTimes(trace, 1);
  ASSERT_EQ(times.size(), 2u);
  EXPECT_EQ(times[0].us, 2.5);
  EXPECT_EQ(times[0].spread_us, 1);
  EXPECT_EQ(times[1].us, 7);
}

TEST(LayerTimes, ScaledTimesAddUpToTheWhole) {
  const Graph graph = GraphOf(kConvRelu);
  LayerTimes times;
  times.units = {{.layers = {0, 1}, .us = 2},
                 {.layers = {2}, .us = 1},
                 {.layers = {3}, .us = 0}};
  for (const int64_t whole : {0, 1, 100, 1'000'003}) {
    const std::vector<int64_t> ns = ScaledNs(graph, times, whole);
    EXPECT_EQ(ns[0] + ns[1] + ns[2] + ns[3], whole);
    EXPECT_EQ(ns[3], 0);
    EXPECT_NEAR(static_cast<double>(ns[2]), static_cast<double>(whole) / 3, 1);
  }
  times.units = {{.layers = {0, 1, 2, 3}, .us = 0}};
  const std::vector<int64_t> ns = ScaledNs(graph, times, 100);
  EXPECT_EQ(ns[0] + ns[1] + ns[2] + ns[3], 100);
}

}  // namespace
}  // namespace dnncut
