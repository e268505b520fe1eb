// SPDX-License-Identifier: Apache-2.0
//
// What a model may have: exactly as much as the limit passes, one more does
// not.
#include "frontends/read/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/frontends/loading.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;
using testing::HasSubstr;
using testing::StartsWith;

// `model` has exactly `count` of what `limit` counts.
void ExpectLimit(int64_t ModelLimits::*limit, int64_t count,
                 const ModelProto& model, const std::string& error) {
  LoadOptions options;
  options.limits.*limit = count;
  EXPECT_EQ(Load(model, options).error, "");
  options.limits.*limit = count - 1;
  EXPECT_THAT(Load(model, options).error, StartsWith(error));
}

// Two Ifs in each other, and in each a Relu; with the graph's Cast and Relu 6
// nodes.
ModelProto NestedModel() {
  ModelProto model = SmallModel("c = Cast<to = 9>(x)\ny = Relu(x)");
  auto* graph = model.mutable_graph();
  for (int i = 0; i < 2; ++i) {
    auto* node = AddNode("If", {"c"}, {Numbered("z", i)}, graph);
    graph = AddAttribute("then_branch", node)->mutable_g();
    AddNode("Relu", {"x"}, {Numbered("b", i)}, graph);
    graph->add_output()->set_name(Numbered("b", i));
  }
  return model;
}

TEST(Limits, NodesOfBodiesAndFunctionsCount) {
  ModelProto model = NestedModel();
  ExpectLimit(&ModelLimits::nodes, 6, model,
              "E229 (3) has more than 5 nodes, those of bodies and functions "
              "included; --limit nodes=N allows more");
  // A function counts as one more, and so does its node.
  AddFunction("f", {}, &model);
  const int own = model.functions(0).node_size();
  ExpectLimit(&ModelLimits::nodes, 7 + own, model, "E229 (3) has more than");
}

TEST(Limits, TensorsAreInputsOutputsInitializersAndDeclarations) {
  ModelProto model = SmallModel("y = Add(x, w)");  // x, y, the node's y
  auto* tensor = model.mutable_graph()->add_initializer();
  tensor->set_name("w");
  tensor->set_data_type(ONNX_NAMESPACE::TensorProto::FLOAT);
  tensor->add_float_data(1);
  ExpectLimit(&ModelLimits::tensors, 4, model,
              "E229 (3) has more than 3 tensors");
}

TEST(Limits, EdgesAreInputsOfNodes) {
  ModelProto model = SmallModel("y = Sum(x, x, x, x)");
  ExpectLimit(&ModelLimits::edges, 4, model,
              "E229 (3) has more than 3 inputs of nodes");
}

TEST(Limits, AttributesOfAllNodes) {
  ModelProto model = SmallModel("a = Cast<to = 1>(x)\ny = Cast<to = 1>(a)");
  ExpectLimit(&ModelLimits::attributes, 2, model,
              "E229 (3) has more than 1 attributes");
}

TEST(Limits, BytesWithoutWeights) {
  ModelProto model = ReluModel();
  model.set_doc_string(std::string(5000, 'x'));
  LoadOptions options;
  options.limits.graph_bytes = 6000;
  EXPECT_EQ(Load(model, options).error, "");
  options.limits.graph_bytes = 5000;
  EXPECT_THAT(Load(model, options).error,
              StartsWith("E229 (3) has more than 5000 bytes even without its "
                         "weights; --limit graph-bytes=SIZE allows more"));
  // Weights are no part of it.
  auto* tensor = model.mutable_graph()->add_initializer();
  tensor->set_name("w");
  tensor->set_data_type(ONNX_NAMESPACE::TensorProto::FLOAT);
  tensor->add_dims(100'000);
  tensor->set_raw_data(std::string(400'000, '\0'));
  options.limits.graph_bytes = 6000;
  EXPECT_EQ(Load(model, options).error, "");
}

TEST(Limits, NestingOfBodies) {
  ExpectLimit(&ModelLimits::nesting, 2, NestedModel(),
              "E206 (3) bodies (If, Loop, Scan) are nested too deeply: at most "
              "1 in each other are allowed");
}

TEST(Limits, RankOfTypesAndTensors) {
  ModelProto model = ReluModel();
  auto* shape = model.mutable_graph()
                    ->mutable_input(0)
                    ->mutable_type()
                    ->mutable_tensor_type()
                    ->mutable_shape();
  while (shape->dim_size() < 5) shape->add_dim()->set_dim_value(1);
  ExpectLimit(&ModelLimits::rank, 5, model, "E222 (3) graph");

  auto* tensor = model.mutable_graph()->add_initializer();
  tensor->set_name("w");
  tensor->set_data_type(ONNX_NAMESPACE::TensorProto::FLOAT);
  while (tensor->dims_size() < 6) tensor->add_dims(1);
  tensor->add_float_data(1);
  ExpectLimit(&ModelLimits::rank, 6, model, "E222 (3) tensor 'w'");
}

TEST(Limits, LengthOfNames) {
  ModelProto model = SmallModel("y = Relu(x)");
  model.mutable_graph()->mutable_node(0)->set_name(std::string(200, 'n'));
  ExpectLimit(&ModelLimits::name_bytes, 200, model, "E227 (3) graph");
}

// Each function calls the next one `calls` times.
ModelProto FunctionChain(int depth, int calls) {
  ModelProto model = SmallModel("y = Relu(x)");
  AddNode("f0", {"x"}, {"z"}, model.mutable_graph())->set_domain("local");
  for (int i = 0; i < depth; ++i) {
    AddFunction(Numbered("f", i),
                i + 1 < depth
                    ? std::vector<std::string>(calls, Numbered("f", i + 1))
                    : std::vector<std::string>(),
                &model);
  }
  return model;
}

TEST(Limits, DepthOfCalls) {
  ExpectLimit(&ModelLimits::call_depth, 5, FunctionChain(5, 1),
              "E225 (3) functions call each other more than 4 deep (reached at "
              "function 'f0'); --limit call-depth=N allows more");
  // The recursion over functions cannot be made deeper than the stack.
  EXPECT_THAT(Load(FunctionChain(20'000, 1)).error,
              StartsWith("E225 (3) functions call each other more than 32"));
}

TEST(Limits, NodesWhenCallsAreExpanded) {
  LoadOptions options;
  options.limits.expanded_nodes = 1000;
  EXPECT_EQ(Load(FunctionChain(8, 2), options).error, "");
  EXPECT_THAT(Load(FunctionChain(12, 2), options).error,
              HasSubstr("have more than 1000 nodes when every call is replaced "
                        "by the function's nodes"));
}

}  // namespace
}  // namespace dnncut
