// SPDX-License-Identifier: Apache-2.0
//
// The names are those of real engines: issues 1293, 3768 and 3842 of
// NVIDIA/TensorRT have such, and those of OpenVINO's CPU plugin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/base/error.h"
#include "tests/tools/small_graphs.h"
#include "tools/profile/tensorrt_name.h"
#include "tools/profile/trace_mapping.h"

namespace dnncut {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

ReportedTime Row(const std::string& name, double us,
                 std::vector<std::string> nodes = {}) {
  return {.name = name, .nodes = std::move(nodes), .us = us};
}

ReportedTime NotRun(const std::string& name) {
  return {.name = name, .ran = false};
}

LayerTimes MapReport(const std::vector<NodeSpec>& nodes,
                     std::vector<ReportedTime> rows,
                     ReportStyle style = ReportStyle::kTensorRt) {
  return MapReport(GraphOf(nodes), Proto(nodes), {std::move(rows), 1}, style,
                   "p.json");
}

const std::vector<NodeSpec> kResidual = {{"Conv", "Conv_0", {"x", "w"}, {"a"}},
                                         {"Relu", "Relu_1", {"a"}, {"b"}},
                                         {"Conv", "Conv_2", {"b", "v"}, {"c"}},
                                         {"Add", "Add_3", {"c", "b"}, {"d"}},
                                         {"Relu", "Relu_4", {"d"}, {"y"}}};

TEST(TensorRtName, TellsWhatIsFused) {
  EXPECT_THAT(ParseTensorRtName("Conv_5 + Add_6 + Relu_7").parts,
              ElementsAre("Conv_5", "Add_6", "Relu_7"));
  EXPECT_THAT(ParseTensorRtName("/a/Conv || /b/Conv").parts,
              ElementsAre("/a/Conv", "/b/Conv"));
  EXPECT_THAT(ParseTensorRtName("/m/Conv + PWN(PWN(/m/Sigmoid), /m/Mul)").parts,
              ElementsAre("/m/Conv", "/m/Sigmoid", "/m/Mul"));
  EXPECT_THAT(
      ParseTensorRtName("Gemm_3 + Gemm_3_bias + [Shuffle] + (Unnamed Layer* 3) "
                        "[Constant]")
          .parts,
      ElementsAre("Gemm_3", "Gemm_3_bias"));
  EXPECT_FALSE(ParseTensorRtName("Conv_0").is_helper);
}

TEST(TensorRtName, TellsHelpers) {
  for (const char* name :
       {"Reformatting CopyNode for Input Tensor 0 to Conv_0 + Relu_1",
        "Reformatting CopyNode for Output Tensor 1 to Conv_0 + Relu_1",
        "Conv_0 + Relu_1 output reformatter 0",
        "Conv_0 + Relu_1 input reformatter 0", "Conv_0 + Relu_1 copy"}) {
    const TensorRtName parsed = ParseTensorRtName(name);
    EXPECT_TRUE(parsed.is_helper) << name;
    EXPECT_THAT(parsed.parts, ElementsAre("Conv_0", "Relu_1")) << name;
  }
  EXPECT_THAT(
      ParseTensorRtName("Reformatting CopyNode for Network Input images").parts,
      ElementsAre("images"));
}

TEST(TensorRtName, TellsRegions) {
  const TensorRtName name =
      ParseTensorRtName("{ForeignNode[fea_bn1.weight.../softmax/Softmax]}");
  EXPECT_THAT(name.parts, IsEmpty());
  EXPECT_THAT(name.regions,
              ElementsAre(Pair("fea_bn1.weight", "/softmax/Softmax")));
}

TEST(TensorRtReport, RowsAreAllTheLayersThatTheyName) {
  const LayerTimes times = MapReport(
      kResidual,
      {Row("Reformatting CopyNode for Input Tensor 0 to Conv_0 + Relu_1", 2),
       Row("Conv_0 + Relu_1", 5),
       Row("Conv_0 + Relu_1 output reformatter 0", 1),
       Row("Conv_2 + Add_3 + Relu_4", 7)});
  EXPECT_EQ(LayersOf(times), (Units{{0, 1}, {2, 3, 4}}));
  EXPECT_THAT(UsOf(times), ElementsAre(8, 7));
  EXPECT_EQ(times.guessed_nodes, 0);
  EXPECT_EQ(times.lost_nodes, 0);
  EXPECT_EQ(times.nodes, 4);
}

TEST(TensorRtReport, NamelessNodesAreCalledAfterTheirTensors) {
  const std::vector<NodeSpec> nodes = {{"Conv", "", {"x", "w"}, {"a"}},
                                       {"Relu", "", {"a"}, {"y"}}};
  const LayerTimes times = MapReport(nodes, {Row("node_of_a + node_of_y", 3)});
  EXPECT_EQ(LayersOf(times), (Units{{0, 1}}));
  EXPECT_EQ(times.guessed_nodes, 0);
}

TEST(TensorRtReport, ARegionIsWhatNoOtherRowNames) {
  const LayerTimes times = MapReport(
      kResidual, {Row("Conv_0", 5), Row("{ForeignNode[v...Add_3]}", 7)});
  EXPECT_EQ(LayersOf(times), (Units{{0}, {1, 2, 3, 4}}));
  EXPECT_THAT(UsOf(times), ElementsAre(5, 7));
}

TEST(TensorRtReport, TwoRegionsShareNothing) {
  const LayerTimes times =
      MapReport(kResidual, {Row("{ForeignNode[w...Relu_1]}", 5),
                            Row("{ForeignNode[Conv_2...Relu_4]}", 7)});
  EXPECT_EQ(LayersOf(times), (Units{{0, 1}, {2, 3, 4}}));
}

TEST(TensorRtReport, LayerInfoSaysWhatANameDoesNot) {
  const LayerTimes times = MapReport(
      kResidual,
      {Row("__myl_ConvRelu_myl0_1", 5, {"Conv_0", "Relu_1"}),
       Row("__myl_ConvAddRelu_myl0_2", 7, {"Conv_2", "Add_3", "Relu_4"})});
  EXPECT_EQ(LayersOf(times), (Units{{0, 1}, {2, 3, 4}}));
  EXPECT_EQ(times.guessed_nodes, 0);
}

TEST(TensorRtReport, ANamelessRowIsWhatTheNextIsMadeOf) {
  const LayerTimes times = MapReport(
      kResidual, {Row("Conv_0 + Relu_1", 5), Row("__myl_ConvAdd_myl0_0", 1),
                  Row("__myl_Move_myl0_1", 2), Row("Relu_4", 7)});
  EXPECT_EQ(LayersOf(times), (Units{{0, 1}, {2, 3}, {4}}));
  EXPECT_THAT(UsOf(times), ElementsAre(5, 3, 7));
  EXPECT_EQ(times.guessed_nodes, 0);
}

TEST(TensorRtReport, WhatIsNotKnownCountsWithTheRowBefore) {
  const LayerTimes times = MapReport(
      kResidual, {Row("Conv_0 + Relu_1", 5), Row("__myl_Cast_myl0_0", 1),
                  Row("Conv_2 + Add_3 + Relu_4", 7)});
  EXPECT_THAT(UsOf(times), ElementsAre(6, 7));
  EXPECT_EQ(times.guessed_nodes, 1);
  EXPECT_EQ(times.guessed_us, 1);
}

TEST(TensorRtReport, AnotherModelIsRefused) {
  try {
    MapReport(kResidual, {Row("Conv_9 + Relu_10", 5), Row("Conv_11", 5)});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "E433");
    EXPECT_THAT(error.what(), HasSubstr("of its 2 layers 2 are not in the "
                                        "model, 'Conv_9 + Relu_10' for"));
  }
}

TEST(OpenVinoReport, FusedLayersStandBehindTheirHost) {
  const LayerTimes times = MapReport(
      kResidual,
      {NotRun("x"), Row("Conv_0/WithoutBiases", 5), NotRun("Conv_0"),
       NotRun("Relu_1"), Row("Conv_2/WithoutBiases", 7), NotRun("Conv_2"),
       NotRun("Add_3"), NotRun("Relu_4"), NotRun("y/sink_port_0")},
      ReportStyle::kOpenVino);
  EXPECT_EQ(LayersOf(times), (Units{{0, 1}, {2, 3, 4}}));
  EXPECT_THAT(UsOf(times), ElementsAre(5, 7));
  EXPECT_EQ(times.nodes, 2);
  EXPECT_EQ(times.guessed_nodes, 0);
}

TEST(OpenVinoReport, NamelessNodesAreCalledAfterTheirTensors) {
  const std::vector<NodeSpec> nodes = {{"Conv", "", {"x", "w"}, {"a"}},
                                       {"MaxPool", "", {"a"}, {"y"}}};
  const LayerTimes times =
      MapReport(nodes, {Row("a", 3), Row("y", 2)}, ReportStyle::kOpenVino);
  EXPECT_THAT(UsOf(times), ElementsAre(3, 2));
}

}  // namespace
}  // namespace dnncut
