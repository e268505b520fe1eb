// SPDX-License-Identifier: Apache-2.0
//
// Bodies of If, Loop and Scan and functions as parts of a layer's operation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/frontends/importing.h"

namespace dnncut {
namespace {

using ::testing::ElementsAre;

TEST(OnnxBodiesTest, BranchesAreBodies) {
  auto imported = ImportText(R"(
    g (float[2,3] x, bool c) => (float[2,3] y) {
      y = If (c) <
        then_branch = t () => (a) {
          k = Constant <value = float[3] {1.0, 2.0, 3.0}> ()
          a = Add(x, k) },
        else_branch = e () => (b) { s = Exp(x)  b = Neg(s) }>
    })");
  ASSERT_EQ(imported.error, "");
  const Layer& layer = imported.graph.layers[0];
  EXPECT_EQ(layer.inner_weights, (InnerWeights{3, 12, 12}));
  const auto& bodies = layer.operation.bodies;
  ASSERT_EQ(bodies.size(), 2u);
  ASSERT_EQ(bodies[0].operations.size(), 2u);
  const Operation& add = bodies[0].operations[1];
  EXPECT_EQ(add.op_type, "Add");
  EXPECT_THAT((*add.outputs[0]).shape, ElementsAre(2, 3));
  EXPECT_THAT(add.constant_inputs, ElementsAre(false, true));
  EXPECT_EQ(bodies[0].runs, 1);
  EXPECT_EQ(bodies[1].operations.size(), 2u);
}

// Found by tests/fuzz/onnx_structure_fuzz: as an input of a half, 't' would be
// hidden by the one in the body, which readers refuse.
TEST(OnnxBodiesTest, NamesThatBodiesUseBeforeDoNotCross) {
  auto imported = ImportText(R"(
    g (float[2] x, bool c) => (float[2] y) {
      a = If (c) <
        then_branch = f () => (p) { t = Relu(x) a = Neg(x) p = Add(t, a) },
        else_branch = e () => (q) { q = Exp(x) }>
      t = Tanh(x)
      y = Add(a, t)
    })");
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(TensorNamed(imported.graph, "t").bytes, std::nullopt);
  EXPECT_EQ(TensorNamed(imported.graph, "t").why_not,
            "has the name of a tensor inside another layer");
  // Made by the layer that has the body.
  EXPECT_EQ(TensorNamed(imported.graph, "a").bytes, 8);
}

// A Loop over `trips` rounds whose condition is `condition` in the body.
Imported LoopModel(const std::string& trips, const std::string& condition) {
  return ImportText(fmt::format(R"(
    g (float[2] x, int64 n) => (float[2] y) {{
      m = Constant <value = int64 {{5}}> ()
      yes = Constant <value = bool {{1}}> ()
      y, rows = Loop ({}, yes, x) <
        body = b (int64 i, bool c, float[2] s) => (bool d, float[2] t, float[2] r) {{
          t = Relu(s)
          r = Neg(s)
          {}
        }}>
      used = Neg(rows)
    }})",
                                trips, condition));
}

TEST(OnnxBodiesTest, LoopsRunAsOftenAsTheirTripCountSays) {
  auto imported = LoopModel("m", "d = Identity(c)");
  EXPECT_EQ(TypeOf(imported, "rows"), "float32[5,2]");
  EXPECT_EQ(imported.graph.layers[0].operation.bodies.at(0).runs, 5);
  EXPECT_EQ(TypeOf(imported, "y"), "float32[2]");
}

TEST(OnnxBodiesTest, LoopsMayEndEarly) {
  auto imported = LoopModel("n", "d = Identity(c)");
  EXPECT_EQ(TypeOf(imported, "rows"), "float32[?,2]");
  EXPECT_EQ(imported.graph.layers[0].operation.bodies.at(0).runs, -1);
  EXPECT_FALSE(TensorNamed(imported.graph, "rows").bytes.has_value());
  ASSERT_EQ(WarningIds(imported), "W305 W307 W308");
  EXPECT_EQ(imported.warnings[1].text,
            "how often the body of 'y' runs is not known, and it is counted "
            "once; state what is typical: --loop-count y=N, or measure it with "
            "dnncut profile");
  EXPECT_EQ(imported.warnings[2].text,
            "nothing bounds the sizes that 1 of 2 layers work on, so their "
            "costs are not known and count as nearly nothing ('used'); state "
            "what is typical: --tensor-shape 'rows=float32[A,2]', or measure "
            "them with dnncut profile");

  imported =
      LoopModel("m", "h = ReduceMax <keepdims = 0> (s)  d = Cast <to = 9> (h)");
  EXPECT_EQ(TypeOf(imported, "rows"), "float32[?,2]");
  EXPECT_EQ(imported.graph.layers[0].operation.bodies.at(0).runs, 5);
  EXPECT_EQ(TensorNamed(imported.graph, "rows").bytes, 5 * 2 * 4);
  EXPECT_EQ(WarningIds(imported), "");
}

TEST(OnnxBodiesTest, LoopsMayChangeTheShapeOfTheirState) {
  auto imported = ImportText(R"(
    g (float[2,3] x) => (y) {
      m = Constant <value = int64 {5}> ()
      yes = Constant <value = bool {1}> ()
      y = Loop (m, yes, x) <
        body = b (int64 i, bool c, s) => (bool d, t) {
          t = Concat <axis = 0> (s, s)
          d = Identity(c)
        }>
    })");
  EXPECT_EQ(TypeOf(imported, "y"), "float32[?,3]");
}

// What grows reaches a state at the end of a long chain only after many rounds.
TEST(OnnxBodiesTest, NoShapeIsBelievedThatHasNotSettled) {
  constexpr int kStates = 12;
  std::string inputs;
  std::string states;
  std::string outputs;
  std::string results;
  std::string body = "t0 = Concat <axis = 0> (s0, more) d = Identity(c)";
  for (int i = 0; i < kStates; ++i) {
    inputs += ", x";
    states += fmt::format(", s{}", i);
    outputs += fmt::format(", t{}", i);
    results += fmt::format("{}r{}", i == 0 ? "" : ", ", i);
    if (i > 0) body += fmt::format(" t{} = Identity(s{})", i, i - 1);
  }
  const auto imported =
      ImportText(fmt::format("g (float[4] x, float[100] more) => (y) {{\n"
                             "  m = Constant <value = int64 {{40}}> ()\n"
                             "  yes = Constant <value = bool {{1}}> ()\n"
                             "  {} = Loop (m, yes{}) <body = b (int64 i, bool "
                             "c{}) => (bool d{}) {{ {} "
                             "}}>\n"
                             "  y = Abs(r11)\n}}",
                             results, inputs, states, outputs, body));
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(TypeOf(imported, "r11"), "float32 of any shape");
  EXPECT_EQ(TensorNamed(imported.graph, "r11").bytes, std::nullopt);
}

TEST(OnnxBodiesTest, SequencesOfBothBranchesCount) {
  const auto imported = ImportText(R"(
    g (float[2,3] a, float[100,3] b, bool c) => (y) {
      s = If (c) <
        then_branch = t () => (p) { p = SequenceConstruct(a) },
        else_branch = e () => (q) { q = SequenceConstruct(b) }>
      first = Constant <value = int64 {0}> ()
      y = SequenceAt(s, first)
    })");
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(TypeOf(imported, "y"), "float32[?,3]");
}

TEST(OnnxBodiesTest, SequencesOfAllRoundsCount) {
  const auto imported = ImportText(R"(
    g (float[2,3] a, float[100,3] b) => (y) {
      m = Constant <value = int64 {3}> ()
      yes = Constant <value = bool {1}> ()
      first = Constant <value = int64 {0}> ()
      empty = SequenceConstruct(a)
      s = Loop (m, yes, empty) <
        body = l (int64 i, bool c, q) => (bool d, r) {
          r = SequenceInsert(q, b)
          d = Identity(c)
        }>
      y = SequenceAt(s, first)
    })");
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(TypeOf(imported, "y"), "float32[?,3]");
}

TEST(OnnxBodiesTest, ScansRunAlongTheirSequence) {
  auto imported = ImportText(R"(
    g (float[3] s, float[7,3] x) => (float[3] t, float[7,3] y) {
      t, y = Scan <num_scan_inputs = 1,
        body = b (float[3] a, float[3] e) => (float[3] o, float[3] p) {
          o = Add(a, e)
          p = Identity(o)
        }> (s, x)
    })");
  EXPECT_EQ(TypeOf(imported, "y"), "float32[7,3]");
  EXPECT_EQ(imported.graph.layers[0].operation.bodies.at(0).runs, 7);
}

ONNX_NAMESPACE::FunctionProto Function(const std::string& name,
                                       const std::string& called,
                                       const std::string& domain) {
  ONNX_NAMESPACE::FunctionProto function;
  function.set_name(name);
  function.set_domain("local");
  function.add_input("a");
  function.add_output("b");
  auto* import = function.add_opset_import();
  import->set_version(17);
  import = function.add_opset_import();
  import->set_domain("local");
  import->set_version(1);
  auto* node = function.add_node();
  node->set_op_type(called);
  node->set_domain(domain);
  node->add_input("a");
  node->add_output("b");
  return function;
}

TEST(OnnxBodiesTest, FunctionsAreLayersWithABody) {
  SourceModel model = SourceFromText(R"(
    g (float[2,5] x) => (y) { y = local.outer(x) })");
  *model.proto.add_functions() = Function("outer", "inner", "local");
  *model.proto.add_functions() = Function("inner", "Softmax", "");
  auto imported = Import(model);
  EXPECT_EQ(TypeOf(imported, "y"), "float32[2,5]");
  const auto& outer = imported.graph.layers[0].operation;
  EXPECT_EQ(outer.domain, "local");
  ASSERT_EQ(outer.bodies.size(), 1u);
  const auto& inner = outer.bodies[0].operations.at(0);
  EXPECT_EQ(inner.op_type, "inner");
  const auto& softmax = inner.bodies.at(0).operations.at(0);
  EXPECT_EQ(softmax.op_type, "Softmax");
  EXPECT_THAT((*softmax.outputs.at(0)).shape, ElementsAre(2, 5));
}

TEST(OnnxBodiesTest, FunctionsMayBeCalledFromBodiesOnly) {
  SourceModel model = SourceFromText(R"(
    g (float[2] x, bool c) => (y) {
      y = If (c) <then_branch = t () => (a) { a = local.noise(x) },
                  else_branch = e () => (b) { b = Neg(x) }>
    })");
  *model.proto.add_functions() = Function("noise", "RandomNormalLike", "");
  auto imported = Import(model);
  EXPECT_EQ(TypeOf(imported, "y"), "float32[2]");
}

TEST(OnnxBodiesTest, AttributesOfACallReachTheFunction) {
  SourceModel model = SourceFromText(R"(
    g (float[2,5] x) => (y) { y = local.f <dim = 1> (x) })");
  auto* function = model.proto.add_functions();
  *function = Function("f", "Flatten", "");
  function->add_attribute("dim");
  auto* reference = function->mutable_node(0)->add_attribute();
  reference->set_name("axis");
  reference->set_ref_attr_name("dim");
  reference->set_type(ONNX_NAMESPACE::AttributeProto::INT);
  model.proto.mutable_graph()->mutable_node(0)->mutable_attribute(0)->set_i(0);
  auto imported = Import(model);
  EXPECT_EQ(TypeOf(imported, "y"), "float32[1,10]");
  EXPECT_THAT(
      imported.graph.layers[0].operation.bodies.at(0).operations.at(0).ints.at(
          "axis"),
      ElementsAre(0));
}

}  // namespace
}  // namespace dnncut
