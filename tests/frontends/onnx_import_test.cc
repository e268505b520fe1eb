// SPDX-License-Identifier: Apache-2.0
//
// Layers, constants, readers and results of a Graph.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/frontends/importing.h"

namespace dnncut {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ONNX_NAMESPACE::TensorProto* AddInitializer(
    const std::string& name, ONNX_NAMESPACE::TensorProto::DataType type,
    const std::vector<int64_t>& dims, ONNX_NAMESPACE::GraphProto* graph) {
  auto* tensor = graph->add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(type);
  for (int64_t dim : dims) tensor->add_dims(dim);
  return tensor;
}

TEST(OnnxImportTest, AnInputThatIsSentAsAFileKeepsItsOwnSize) {
  const std::string text = R"(
    g (float[1,4] x, string[1] s) => (float[1,4] y, string[1] z) {
      y = Relu(x)
      z = Identity(s)
    })";
  ImportOptions options;
  options.input_bytes = {{"x", 7}};
  const Imported imported = ImportText(text, options);
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(TensorNamed(imported.graph, "x").bytes, 7);
  EXPECT_EQ(TensorNamed(imported.graph, "x").decoded_bytes, 16);
  EXPECT_EQ(TensorNamed(imported.graph, "y").bytes, 16);
  EXPECT_EQ(TensorNamed(imported.graph, "y").decoded_bytes, std::nullopt);
  options.input_bytes = {{"y", 7}};
  EXPECT_THAT(ImportText(text, options).error,
              HasSubstr("E305 --input-bytes y: the model has no input"));
  options.input_bytes = {{"s", 7}};
  EXPECT_THAT(ImportText(text, options).error,
              HasSubstr("E305 --input-bytes s: the input holds strings"));
}

TEST(OnnxImportTest, MakesLayersTensorsAndReaders) {
  auto imported = ImportText(R"(
    g (float[1,4] x, float[1,4] unread) => (float[1,4] z, float[1,4] y) {
      y = Relu(x)
      w = Sigmoid(y)
      z = Add(w, y)
    })");
  ASSERT_EQ(imported.error, "");
  const Graph& graph = imported.graph;
  ASSERT_EQ(graph.layers.size(), 3u);
  EXPECT_EQ(graph.input_count, 2);
  EXPECT_EQ(graph.tensors[1].name, "unread");
  EXPECT_EQ(graph.layers[0].name, "y");
  EXPECT_EQ(graph.layers[2].operation.op_type, "Add");
  EXPECT_EQ(graph.layers[2].operation.opset, 17);
  const Tensor& y = TensorNamed(graph, "y");
  EXPECT_THAT(y.readers, ElementsAre(1, 2));
  EXPECT_TRUE(y.is_result);
  EXPECT_EQ(y.bytes, 16);
  ASSERT_EQ(graph.outputs.size(), 2u);
  EXPECT_EQ(graph.outputs[0].name, "z");
  EXPECT_EQ(graph.tensors[graph.outputs[1].id].name, "y");
  EXPECT_THAT(imported.warnings, IsEmpty());
}

TEST(OnnxImportTest, OutputsThatAreInputsConstantsOrListedTwice) {
  auto imported = ImportText(R"(
    g (float[2] x) => (float[2] x, float[2] y, float[2] c, float[2] y) {
      c = Constant <value = float[2] {1.0, 2.0}> ()
      y = Relu(x)
    })");
  ASSERT_EQ(imported.error, "");
  const auto& outputs = imported.graph.outputs;
  ASSERT_EQ(outputs.size(), 4u);
  EXPECT_EQ(outputs[0].source, ModelOutput::Source::kInput);
  EXPECT_EQ(outputs[1].source, ModelOutput::Source::kLayer);
  EXPECT_EQ(outputs[2].source, ModelOutput::Source::kConstant);
  EXPECT_EQ(imported.graph.constants[outputs[2].id].name, "c");
  EXPECT_EQ(outputs[3].id, outputs[1].id);
  EXPECT_FALSE(imported.graph.tensors[0].is_result);
}

TEST(OnnxImportTest, InitializersAmongTheInputsAreConstants) {
  SourceModel model = SourceFromText(R"(
    g (float[2] w, float[2] x) => (float[2] y) { y = Add(x, w) })");
  auto* w = AddInitializer("w", ONNX_NAMESPACE::TensorProto::FLOAT, {2},
                           model.proto.mutable_graph());
  w->set_raw_data(std::string(8, '\0'));
  auto imported = Import(model);
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(imported.graph.input_count, 1);
  EXPECT_EQ(imported.graph.tensors[0].name, "x");
  EXPECT_EQ(ConstantNamed(imported.graph, "w").file_bytes, 8);
  const Layer& layer = imported.graph.layers[0];
  EXPECT_THAT(layer.constants, ElementsAre(0));
  EXPECT_THAT(layer.operation.constant_inputs, ElementsAre(false, true));
}

// Inception-v1 has such chains.
TEST(OnnxImportTest, NodesWithConstantInputsAreConstants) {
  auto imported = ImportText(R"(
    g (float[4] x) => (float[1,4] y) {
      c = Constant <value = float[4] {1.0, 2.0, 3.0, 4.0}> ()
      axes = Constant <value_ints = [0]> ()
      u = Unsqueeze(c, axes)
      m = Mul(u, c)
      y = Add(x, m)
    })");
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(imported.graph.layers.size(), 1u);
  ASSERT_EQ(imported.graph.constants.size(), 4u);
  const Constant& c = ConstantNamed(imported.graph, "c");
  EXPECT_EQ(c.file_bytes, 16);
  EXPECT_EQ(c.memory_bytes, 16);
  EXPECT_EQ(ConstantNamed(imported.graph, "axes").file_bytes, 8);
  const Constant& m = ConstantNamed(imported.graph, "m");
  EXPECT_EQ(m.file_bytes, 0);
  EXPECT_EQ(m.memory_bytes, 16);
  EXPECT_THAT(m.inputs, ElementsAre(0, 2));
  EXPECT_EQ(m.node, 3);
  EXPECT_EQ(TypeOf(imported, "m"), "float32[1,4]");
}

TEST(OnnxImportTest, RandomNodesAreLayers) {
  auto imported = ImportText(R"(
    g (float[2] x) => (float[2] y, float[2] z) {
      r = RandomNormal <shape = [2]> ()
      c = Constant <value = float[2] {0.5, 0.5}> ()
      b = Bernoulli(c)
      y = Add(x, r)
      z = Add(b, b)
    })");
  ASSERT_EQ(imported.error, "");
  ASSERT_EQ(imported.graph.layers.size(), 4u);
  EXPECT_EQ(imported.graph.layers[0].operation.op_type, "RandomNormal");
  EXPECT_THAT(imported.graph.layers[0].inputs, IsEmpty());
  EXPECT_EQ(imported.graph.layers[1].operation.op_type, "Bernoulli");
}

TEST(OnnxImportTest, DropoutIsRandomOnlyWhenItTrains) {
  auto layers = [](const std::string& training, const std::string& ratio) {
    auto imported = ImportText(fmt::format(R"(
      g (float[2] x) => (float[2] y) {{
        c = Constant <value = float[2] {{1.0, 1.0}}> ()
        ratio = Constant <{}> ()
        mode = Constant <value = bool {{{}}}> ()
        on = Identity(mode)
        d = Dropout(c, ratio, on)
        y = Add(x, d)
      }})",
                                           ratio, training));
    EXPECT_EQ(imported.error, "");
    return imported.graph.layers.size();
  };
  EXPECT_EQ(layers("0", "value = float {0.5}"), 1u);
  EXPECT_EQ(layers("1", "value = float {0.5}"), 2u);
  EXPECT_EQ(layers("1", "value = float {0.0}"), 1u);
  EXPECT_EQ(layers("1", "value_float = 0.0"), 1u);
  EXPECT_EQ(layers("1", "value_float = 0.5"), 2u);
}

TEST(OnnxImportTest, ARandomNodeInsideABodyMakesTheNodeALayer) {
  auto imported = ImportText(R"(
    g (float[2] x) => (float[2] y) {
      yes = Constant <value = bool {1}> ()
      r = If (yes) <
        then_branch = t () => (float[2] a) { a = RandomNormal <shape = [2]> () },
        else_branch = e () => (float[2] b) {
          b = Constant <value = float[2] {0.0, 0.0}> () }>
      y = Add(x, r)
    })");
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(imported.graph.layers.size(), 2u);
}

TEST(OnnxImportTest, ControlFlowOverConstantsIsConstant) {
  auto imported = ImportText(R"(
    g (float[2] x) => (float[2] y) {
      yes = Constant <value = bool {1}> ()
      c = Constant <value = float[2] {1.0, 2.0}> ()
      r = If (yes) <
        then_branch = t () => (float[2] a) { a = Relu(c) },
        else_branch = e () => (float[2] b) { b = Neg(c) }>
      y = Add(x, r)
    })");
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(imported.graph.layers.size(), 1u);
  EXPECT_THAT(ConstantNamed(imported.graph, "r").inputs, ElementsAre(0, 1));
}

TEST(OnnxImportTest, CapturesOfNestedBodiesAreInputs) {
  auto imported = ImportText(R"(
    g (float[2] x, bool c, bool d) => (float[2] y) {
      deep = Relu(x)
      only_output = Neg(x)
      y = If (c) <
        then_branch = t () => (float[2] a) {
          a = If (d) <
            then_branch = tt () => (float[2] aa) { aa = Sigmoid(deep) },
            else_branch = te () => (float[2] only_output) { }>
        },
        else_branch = e () => (float[2] b) { b = Identity(x) }>
    })");
  ASSERT_EQ(imported.error, "");
  const Layer& layer = imported.graph.layers[2];
  EXPECT_EQ(layer.operation.op_type, "If");
  std::vector<std::string> names;
  for (TensorId input : layer.inputs) {
    names.push_back(imported.graph.tensors[input].name);
  }
  EXPECT_THAT(names, ElementsAre("x", "c", "d", "deep", "only_output"));
  EXPECT_EQ(TypeOf(imported, "y"), "float32[2]");
}

TEST(OnnxImportTest, OptionalInputsAndEmptyOutputs) {
  SourceModel model = SourceFromText(R"(
    g (float[1,4] x) => (float[1,4] y) {
      lo = Constant <value = float {0.0}> ()
      hi = Constant <value = float {6.0}> ()
      y = Clip(x, lo, hi)
    })");
  auto* node = model.proto.mutable_graph()->mutable_node(2);
  node->set_input(1, "");
  node->add_output("");
  auto imported = Import(model);
  ASSERT_EQ(imported.error, "");
  const Operation& clip = imported.graph.layers[0].operation;
  ASSERT_EQ(clip.inputs.size(), 3u);
  EXPECT_EQ((*clip.inputs[1]).kind, TensorType::Kind::kAbsent);
  EXPECT_THAT(clip.constant_inputs, ElementsAre(false, false, true));
  ASSERT_EQ(clip.outputs.size(), 2u);
  EXPECT_EQ((*clip.outputs[1]).kind, TensorType::Kind::kAbsent);
  EXPECT_EQ(imported.graph.layers[0].outputs.size(), 1u);
}

TEST(OnnxImportTest, DuplicateNodeNamesAreFine) {
  SourceModel model = SourceFromText(R"(
    g (float[2] x) => (float[2] z) { y = Relu(x)  z = Neg(y) })");
  for (auto& node : *model.proto.mutable_graph()->mutable_node()) {
    node.set_name("same");
  }
  auto imported = Import(model);
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(imported.graph.layers[0].name, "same");
  EXPECT_EQ(imported.graph.layers[1].name, "same");
}

TEST(OnnxImportTest, DequantizedWeightsTakeTheirQuantizedSize) {
  SourceModel model = SourceFromText(R"(
    g (float[1,100] x) => (float[1,10] y) {
      scale = Constant <value = float {0.5}> ()
      w = DequantizeLinear(q, scale)
      y = MatMul(x, w)
    })");
  auto* q = AddInitializer("q", ONNX_NAMESPACE::TensorProto::INT8, {100, 10},
                           model.proto.mutable_graph());
  q->set_raw_data(std::string(1000, '\1'));
  auto imported = Import(model);
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(ConstantNamed(imported.graph, "w").memory_bytes, 1000);
  EXPECT_EQ(TypeOf(imported, "w"), "float32[100,10]");
}

// Of another domain, such an operator may read what it likes.
TEST(OnnxImportTest, DequantizedWeightsMayLackTheirInputs) {
  SourceModel model = SourceFromText(R"(
    g (float[1,8] x) => (float[1,8] y) {
      k = Constant <value = float {0.5}> ()
      no_input = DequantizeLinear <body = b () => (float z) { z = Neg(k) }> ()
      empty_input = DequantizeLinear(k, k)
      a = Add(x, no_input)
      y = Add(a, empty_input)
    })");
  model.proto.mutable_graph()->mutable_node(2)->set_input(0, "");
  auto imported = Import(model, {.tensor_bytes = {{"a", 32}}});
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(ConstantNamed(imported.graph, "empty_input").memory_bytes, 4);
  EXPECT_EQ(ConstantNamed(imported.graph, "no_input").memory_bytes, 4);
}

TEST(OnnxImportTest, MarkedWeightsHaveTheirSizes) {
  SourceModel model = SourceFromText(R"(
    g (float[1,1000] x) => (float[1,10] y) { y = MatMul(x, w) })");
  auto* w = AddInitializer("w", ONNX_NAMESPACE::TensorProto::FLOAT, {1000, 10},
                           model.proto.mutable_graph());
  model.weights.emplace_back();
  model.weights[0].bytes = 40000;
  MarkWeight(0, w);
  auto imported = Import(model);
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(ConstantNamed(imported.graph, "w").file_bytes, 40000);
}

TEST(OnnxImportTest, AttributesOfOperations) {
  auto imported = ImportText(R"(
    g (float[1,3,8,8] x) => (float[1,3,4,4] y) {
      y = AveragePool <kernel_shape = [2, 2], strides = [2, 2],
                       auto_pad = "VALID", ceil_mode = 0> (x)
    })");
  ASSERT_EQ(imported.error, "");
  const Operation& pool = imported.graph.layers[0].operation;
  EXPECT_THAT(pool.ints.at("strides"), ElementsAre(2, 2));
  EXPECT_THAT(pool.ints.at("ceil_mode"), ElementsAre(0));
  EXPECT_EQ(pool.strings.at("auto_pad"), "VALID");
}

TEST(OnnxImportTest, SequencesAndStringsNeverCross) {
  auto imported = ImportText(R"(
    g (float[2] x, string[3] s) => (float[2] y, string[3] u) {
      q = SequenceConstruct(x, x)
      i = Constant <value = int64 {0}> ()
      y = SequenceAt(q, i)
      u = Identity(s)
    })");
  ASSERT_EQ(imported.error, "");
  const Tensor& q = TensorNamed(imported.graph, "q");
  EXPECT_FALSE(q.bytes.has_value());
  EXPECT_THAT(q.why_not, HasSubstr("sequence"));
  EXPECT_THAT(TensorNamed(imported.graph, "u").why_not, HasSubstr("strings"));
  EXPECT_EQ(TensorNamed(imported.graph, "y").bytes, 8);
  EXPECT_THAT(imported.warnings, IsEmpty());
}

}  // namespace
}  // namespace dnncut
