// SPDX-License-Identifier: Apache-2.0
#include "tools/runtime/onnxruntime_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/defs/parser.h>

#include <set>

#include "compiler/model/onnx_walk.h"

namespace dnncut {
namespace {

using ::testing::ElementsAre;
namespace onnx = ONNX_NAMESPACE;

onnx::ModelProto Parse(const char* text) {
  onnx::ModelProto model;
  onnx::OnnxParser parser(text);
  auto status = parser.Parse(model);
  EXPECT_TRUE(status.IsOK()) << status.ErrorMessage();
  return model;
}

onnx::ModelProto TwoLayers() {
  return Parse(R"(<ir_version: 8, opset_import: ["" : 15]>
    g (float[2,3] x) => (float[9,9] y) {
      a = Relu(x)
      y, unused = Dropout(a)
    })");
}

std::vector<std::string> OutputNames(const onnx::ModelProto& model) {
  std::vector<std::string> names;
  for (const auto& output : model.graph().output()) {
    names.push_back(output.name());
  }
  return names;
}

TEST(OnnxRuntimeModel, NodesGetNamesOfTheirOwnEvenInBodies) {
  onnx::ModelProto model = Parse(R"(<ir_version: 8, opset_import: ["" : 15]>
    g (bool[1] c, float[2] x) => (float[2] y) {
      a = Relu(x)
      y = If(c) <then_branch = t () => (float[2] u) { u = Abs(a) },
                 else_branch = e () => (float[2] v) { w = Abs(a)
                                                      v = Abs(w) }>
    })");
  for (auto& node : *model.mutable_graph()->mutable_node()) {
    node.set_name("same");
  }
  NameNodes(&model);
  std::set<std::string> names;
  int nodes = 0;
  ForEachNode(model.graph(), [&](const onnx::NodeProto& node) {
    names.insert(node.name());
    ++nodes;
  });
  EXPECT_EQ(nodes, 5);
  EXPECT_EQ(names.size(), 5u);
  EXPECT_EQ(model.graph().node(0).name(), "dnncut:0:same");
  EXPECT_EQ(model.graph().node(1).name(), "dnncut:1:same");
}

TEST(OnnxRuntimeModel, EveryTensorOfTheMainGraphBecomesAnOutputOnce) {
  onnx::ModelProto model = TwoLayers();
  ExposeTensors(model.mutable_graph());
  EXPECT_THAT(OutputNames(model), ElementsAre("y", "a", "unused"));
  EXPECT_FALSE(model.graph().output(0).type().tensor_type().has_shape());
}

TEST(OnnxRuntimeModel, WeightsLieOverEachOtherInTheZeros) {
  onnx::ModelProto model = TwoLayers();
  for (const char* name : {"v", "w"}) {
    onnx::TensorProto* tensor = model.mutable_graph()->add_initializer();
    tensor->set_name(name);
    MarkWeight(model.graph().initializer_size() - 1, tensor);
  }
  std::vector<WeightData> weights(2);
  weights[0].bytes = 5000;
  weights[1].bytes = 2000;
  ZeroWeights zeros = PointWeightsAtZeros(weights, "zeros", &model);
  EXPECT_EQ(zeros.file_bytes, 5000);
  EXPECT_EQ(zeros.all_bytes, 7000);
  for (const auto& tensor : model.graph().initializer()) {
    EXPECT_FALSE(WeightOf(tensor));
    ASSERT_EQ(tensor.external_data_size(), 3);
    EXPECT_EQ(tensor.external_data(0).value(), "zeros");
    EXPECT_EQ(tensor.external_data(1).value(), "0");
  }
  EXPECT_EQ(model.graph().initializer(1).external_data(2).value(), "2000");
}

TEST(OnnxRuntimeModel, WeightsBecomeInputs) {
  onnx::ModelProto model = TwoLayers();
  onnx::TensorProto* tensor = model.mutable_graph()->add_initializer();
  tensor->set_name("w");
  tensor->set_data_type(1);
  tensor->add_dims(50);
  tensor->add_dims(10);
  MarkWeight(0, tensor);
  onnx::TensorProto* small = model.mutable_graph()->add_initializer();
  small->set_name("small");
  onnx::NodeProto* node = model.mutable_graph()->add_node();
  node->set_op_type("Constant");
  node->add_output("c");
  onnx::AttributeProto* value = node->add_attribute();
  value->set_name("value");
  value->mutable_t()->set_data_type(7);
  value->mutable_t()->add_dims(400);
  MarkWeight(1, value->mutable_t());

  EXPECT_TRUE(TurnWeightsIntoInputs(&model));
  ASSERT_EQ(model.graph().initializer_size(), 1);
  EXPECT_EQ(model.graph().initializer(0).name(), "small");
  EXPECT_EQ(model.graph().node_size(), 2);
  ASSERT_EQ(model.graph().input_size(), 3);
  const auto& input = model.graph().input(1);
  EXPECT_EQ(input.name(), "w");
  EXPECT_EQ(input.type().tensor_type().elem_type(), 1);
  ASSERT_EQ(input.type().tensor_type().shape().dim_size(), 2);
  EXPECT_EQ(input.type().tensor_type().shape().dim(0).dim_value(), 50);
  EXPECT_EQ(model.graph().input(2).name(), "c");
}

TEST(OnnxRuntimeModel, MarksInBodiesAreLeft) {
  onnx::ModelProto model = TwoLayers();
  onnx::AttributeProto* body =
      model.mutable_graph()->mutable_node(0)->add_attribute();
  body->set_name("body");
  MarkWeight(0, body->mutable_g()->add_initializer());
  EXPECT_FALSE(TurnWeightsIntoInputs(&model));
}

}  // namespace
}  // namespace dnncut
