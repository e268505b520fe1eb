// SPDX-License-Identifier: Apache-2.0
//
// Who makes and who reads the tensors of a graph: malformed graphs get one
// clear error each, odd but valid ones load.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/frontends/loading.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
TEST(Validator, CycleIsPrintedNodeByNode) {
  ModelProto model = SmallModel(
      "a = Add(x, c)\n"
      "b = Relu(a)\n"
      "c = Neg(b)\n"
      "y = Relu(c)");
  model.mutable_graph()->mutable_node(1)->set_name("act");
  EXPECT_EQ(Load(model).error,
            "E218 (3) graph 'main': the nodes form a cycle: node 1 'act' "
            "(Relu) -> 'b' -> node 2 (Neg) -> 'c' -> node 0 (Add) -> 'a' -> "
            "node 1 'act' (Relu)");
}

TEST(Validator, SelfLoop) {
  EXPECT_EQ(Load(SmallModel("y = Add(x, y)")).error,
            "E218 (3) graph 'main': node 0 (Add) reads its own output 'y'");
}

TEST(Validator, LongCyclesAreCutShort) {
  ModelProto model = ReluModel();
  for (int i = 0; i < 1000; ++i) {
    AddNode("Relu", {Numbered("t", i)}, {Numbered("t", (i + 1) % 1000)},
            model.mutable_graph());
  }
  const std::string error = Load(model).error;
  EXPECT_THAT(error, StartsWith("E218 (3)"));
  EXPECT_THAT(error, HasSubstr("980 more"));
  EXPECT_LT(error.size(), 2000u);
}

TEST(Validator, CycleThroughACapture) {
  ModelProto model = SmallModel("c = Cast<to = 9>(x)\ny = Relu(x)");
  auto* node = AddNode("If", {"c"}, {"z"}, model.mutable_graph());
  auto* body = AddAttribute("then_branch", node)->mutable_g();
  AddNode("Neg", {"n"}, {"b"}, body);
  body->add_output()->set_name("b");
  AddNode("Neg", {"z"}, {"n"}, model.mutable_graph());
  EXPECT_THAT(Load(model).error, StartsWith("E218 (3)"));
}

TEST(Validator, UnsortedNodesAreSortedStably) {
  ModelProto model = SmallModel(
      "y = Add(c, b)\n"
      "a = Relu(x)\n"
      "c = Neg(a)\n"
      "b = Abs(x)");
  model.mutable_graph()
      ->mutable_node(0)
      ->mutable_unknown_fields()
      ->AddLengthDelimited(8, "kept");
  const Loaded loaded = Load(model);
  ASSERT_EQ(loaded.error, "");
  EXPECT_THAT(Ids(loaded.warnings), ElementsAre("W201"));
  const GraphProto& graph = loaded.model.proto.graph();
  std::vector<std::string> order;
  for (const auto& node : graph.node()) order.push_back(node.op_type());
  EXPECT_THAT(order, ElementsAre("Relu", "Neg", "Abs", "Add"));
  EXPECT_EQ(graph.node(3).SerializeAsString(),
            model.graph().node(0).SerializeAsString());
}

TEST(Validator, UnsortedBodiesAndFunctionsAreSorted) {
  ModelProto model = SmallModel("c = Cast<to = 9>(x)\ny = Relu(x)");
  // The body reads n, which is made behind it.
  auto* node = AddNode("If", {"c"}, {"z"}, model.mutable_graph());
  auto* body = AddAttribute("then_branch", node)->mutable_g();
  AddNode("Neg", {"p"}, {"q"}, body);
  AddNode("Abs", {"n"}, {"p"}, body);
  body->add_output()->set_name("q");
  AddNode("Neg", {"x"}, {"n"}, model.mutable_graph());
  AddFunction("F", {}, &model);
  AddNode("Neg", {"later"}, {"r"}, model.mutable_functions(0));
  AddNode("Neg", {"a"}, {"later"}, model.mutable_functions(0));
  const Loaded loaded = Load(model);
  ASSERT_EQ(loaded.error, "");
  EXPECT_EQ(loaded.warnings.size(), 1u);
  EXPECT_THAT(loaded.warnings.at(0).text, HasSubstr("and 2 more"));
  const GraphProto& graph = loaded.model.proto.graph();
  EXPECT_EQ(graph.node(2).output(0), "n");
  EXPECT_EQ(graph.node(3).attribute(0).g().node(0).output(0), "p");
  EXPECT_EQ(loaded.model.proto.functions(0).node(1).output(0), "later");
}

TEST(Validator, UndefinedInputs) {
  EXPECT_EQ(Load(SmallModel("conv_out = Relu(x)\ny = Relu(conv_oot)")).error,
            "E219 (3) graph 'main', node 1 (Relu): its input 'conv_oot' is "
            "made by no node and is no input or initializer; did you mean "
            "'conv_out'?");
}

TEST(Validator, UndefinedInBodyAndFunction) {
  ModelProto model = SmallModel("c = Cast<to = 9>(x)\ny = Relu(x)");
  auto* node = AddNode("If", {"c"}, {"z"}, model.mutable_graph());
  node->set_name("choose");
  auto* body = AddAttribute("then_branch", node)->mutable_g();
  AddNode("Neg", {"nothing"}, {"b"}, body);
  EXPECT_THAT(Load(model).error,
              StartsWith("E219 (3) graph 'main', node 2 'choose' (If), body "
                         "'then_branch', node 0 (Neg): its input 'nothing'"));
  // A function does not see the tensors of its caller.
  ModelProto other = ReluModel();
  AddFunction("F", {}, &other);
  AddNode("Neg", {"x"}, {"z"}, other.mutable_functions(0));
  EXPECT_THAT(Load(other).error,
              StartsWith("E219 (3) function 'F', node 1 (Neg): its input 'x'"));
}

TEST(Validator, DefinedTwice) {
  EXPECT_THAT(Load(SmallModel("a = Relu(x)\na = Neg(x)\ny = Relu(a)")).error,
              StartsWith("E220 (3) graph 'main', node 1 (Neg): its output 'a' "
                         "is made by another node already"));
  EXPECT_THAT(Load(SmallModel("x = Relu(x)\ny = Relu(x)")).error,
              StartsWith("E220 (3) graph 'main', node 0 (Relu): its output 'x' "
                         "is an input or initializer already"));
  ModelProto inputs = ReluModel();
  inputs.mutable_graph()->add_input()->set_name("x");
  EXPECT_THAT(
      Load(inputs).error,
      StartsWith("E220 (3) graph 'main': the input 'x' is there twice"));
  ModelProto initializers = ReluModel();
  for (int i = 0; i < 2; ++i) {
    auto* tensor = initializers.mutable_graph()->add_initializer();
    tensor->set_name("w");
    tensor->set_data_type(TensorProto::FLOAT);
    tensor->add_float_data(1);
  }
  EXPECT_THAT(
      Load(initializers).error,
      StartsWith("E220 (3) graph 'main': the initializer 'w' is there twice"));
  // A sparse initializer has the name of its values.
  ModelProto sparse = initializers;
  sparse.mutable_graph()->mutable_initializer()->RemoveLast();
  auto* tensor = sparse.mutable_graph()->add_sparse_initializer();
  *tensor->mutable_values() = initializers.graph().initializer(0);
  tensor->add_dims(4);
  EXPECT_THAT(Load(sparse).error,
              StartsWith("E220 (3) graph 'main': the initializer 'w'"));
}

TEST(Validator, Shadowing) {
  const auto with_body = [](const std::string& output) {
    ModelProto model = SmallModel(
        "c = Cast<to = 9>(x)\na = Neg(x)\n"
        "y = Relu(x)");
    auto* node = AddNode("If", {"c"}, {"z"}, model.mutable_graph());
    auto* body = AddAttribute("then_branch", node)->mutable_g();
    AddNode("Neg", {"x"}, {output}, body);
    body->add_output()->set_name(output);
    AddNode("Neg", {"z"}, {"later"}, model.mutable_graph());
    return model;
  };
  EXPECT_THAT(Load(with_body("a")).error,
              StartsWith("E220 (3) graph 'main', node 3 (If), body "
                         "'then_branch', node 0 (Neg): its output 'a' hides"));
  EXPECT_THAT(Load(with_body("x")).error, StartsWith("E220 (3)"));
  // What comes afterwards is not visible in the body: exporters do this.
  EXPECT_EQ(Load(with_body("later")).error, "");
  EXPECT_EQ(Load(with_body("z")).error, "");
}

TEST(Validator, OutputsWithoutProducer) {
  ModelProto model = SmallModel("logits = Neg(x)\ny = Relu(x)");
  model.mutable_graph()->add_output()->set_name("logit");
  EXPECT_EQ(
      Load(model).error,
      "E221 (3) graph 'main': its output 'logit' is made by no node and is "
      "no input or initializer; did you mean 'logits'?");
}

TEST(Validator, OddButValid) {
  // Outputs that are inputs, initializers, listed twice; nameless and equal
  // names of nodes; absent inputs and outputs; a body output from outside.
  ModelProto model = SmallModel(
      "y = Clip(x, , w)\n"
      "a, unused = Dropout(x)\n"
      "c = Cast<to = 9>(x)");
  auto* graph = model.mutable_graph();
  for (auto& node : *graph->mutable_node()) node.set_name("same");
  graph->mutable_node(1)->set_output(1, "");
  auto* tensor = graph->add_initializer();
  tensor->set_name("w");
  tensor->set_data_type(TensorProto::FLOAT);
  tensor->add_float_data(1);
  for (const char* name : {"x", "w", "y", "y"}) {
    graph->add_output()->set_name(name);
  }
  auto* node = AddNode("If", {"c"}, {"z"}, graph);
  AddAttribute("then_branch", node)->mutable_g()->add_output()->set_name("a");
  AddAttribute("else_branch", node)->mutable_g()->add_output()->set_name("w");
  const Loaded loaded = Load(model);
  EXPECT_EQ(loaded.error, "");
  EXPECT_THAT(loaded.warnings, IsEmpty());
  EXPECT_EQ(loaded.model.proto.SerializeAsString(), model.SerializeAsString());
}

TEST(Validator, InitializersThatAreInputs) {
  ModelProto model = SmallModel("y = Add(x, w)");
  auto* tensor = model.mutable_graph()->add_initializer();
  tensor->set_name("w");
  tensor->set_data_type(TensorProto::FLOAT);
  tensor->add_float_data(1);
  model.set_ir_version(3);
  EXPECT_THAT(Ids(Load(model).warnings), ElementsAre("W202"));
  model.mutable_graph()->add_input()->set_name("w");
  const Loaded loaded = Load(model);
  EXPECT_EQ(loaded.error, "");
  EXPECT_THAT(loaded.warnings, IsEmpty());
}

TEST(Validator, LargeGraphsAreQuick) {
  ModelProto model = ReluModel();
  constexpr int kNodes = 100'000;
  auto* graph = model.mutable_graph();
  // From back to front, so that they must be sorted.
  for (int i = kNodes - 1; i > 0; --i) {
    AddNode("Add", {Numbered("t", i - 1), Numbered("t", i / 2)},
            {Numbered("t", i)}, graph);
  }
  AddNode("Relu", {"x"}, {"t0"}, graph);
  // t1 reads itself otherwise.
  graph->mutable_node(kNodes - 1)->set_input(1, "t0");
  const auto begin = std::chrono::steady_clock::now();
  const Loaded loaded = Load(model);
  const auto time = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(loaded.error, "");
  EXPECT_THAT(Ids(loaded.warnings), ElementsAre("W201"));
  // Far above what it takes, far below what anything quadratic takes.
  EXPECT_LT(time, std::chrono::seconds(10));
}

}  // namespace
}  // namespace dnncut
