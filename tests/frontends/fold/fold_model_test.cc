// SPDX-License-Identifier: Apache-2.0
#include "frontends/fold/fold_model.h"

#include <fmt/printf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/model/tensor_data.h"
#include "tests/frontends/importing.h"

namespace dnncut {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

SourceModel Folded(const std::string& text, const InputValues& values = {}) {
  SourceModel model = SourceFromText(text);
  FoldModel(values, {}, &model);
  return model;
}

// The operators of the layers.
std::vector<std::string> Layers(const SourceModel& model,
                                const ImportOptions& options = {}) {
  const Imported imported = Import(model, options);
  EXPECT_EQ(imported.error, "");
  std::vector<std::string> layers;
  for (const Layer& layer : imported.graph.layers) {
    layers.push_back(layer.operation.op_type);
  }
  return layers;
}

std::string ErrorOf(const std::string& text, const InputValues& values) {
  try {
    Folded(text, values);
  } catch (const Error& error) {
    return error.id() + " " + error.what();
  }
  return "";
}

// Reshapes x by what is computed from its own shape.
std::string Reshaped(const std::string& shape) {
  return "g (float" + shape + R"( x) => (y) {
    s = Shape(x)
    one = Constant <value_ints = [1]> ()
    two = Constant <value_ints = [2]> ()
    c = Gather(s, one)
    h = Gather(s, two)
    hc = Mul(c, h)
    rest = Constant <value_ints = [-1]> ()
    to = Concat <axis = 0> (rest, hc)
    r = Reshape(x, to)
    y = Relu(r)
  })";
}

TEST(FoldModelTest, WhatFollowsFromFixedDimsIsAConstant) {
  const SourceModel model = Folded(Reshaped("[2,3,4,5]"));
  EXPECT_THAT(Layers(model), ElementsAre("Reshape", "Relu"));
  for (const auto& node : model.proto.graph().node()) {
    if (node.output(0) != "to") continue;
    EXPECT_EQ(node.op_type(), "Constant");
    EXPECT_EQ(ElementsOf<int64_t>(RawDataOf(node.attribute(0).t())),
              (std::vector<int64_t>{-1, 12}));
  }
}

// `spare` is read only for the output that goes; `unread` was read by nobody
// before, and stays as the model has it.
TEST(FoldModelTest, AnOutputThatIsDroppedTakesWhatOnlyItNeeds) {
  SourceModel model = SourceFromText(R"(g (float[1] x) => (y, z) {
    unread = Neg(x)
    both = Relu(x)
    spare, other = Split <axis = 0> (both, both)
    z = Add(spare, both)
    y = Sqrt(both)
  })");
  FoldModel({}, {"z"}, &model);
  EXPECT_THAT(Layers(model), ElementsAre("Neg", "Relu", "Sqrt"));
  ASSERT_EQ(model.proto.graph().output_size(), 1);
  EXPECT_EQ(model.proto.graph().output(0).name(), "y");
}

// Only the first dim is free, and nothing that is read depends on it. So the
// Shape, which does, is read by nobody any more.
TEST(FoldModelTest, TheSameWithAFreeBatch) {
  const SourceModel model = Folded(Reshaped("[N,3,4,5]"));
  EXPECT_THAT(Layers(model), ElementsAre("Reshape", "Relu"));
}

TEST(FoldModelTest, WhatFollowsFromAFreeDimStays) {
  const std::vector<std::string> all = {"Shape",  "Gather",  "Mul",
                                        "Concat", "Reshape", "Relu"};
  EXPECT_EQ(Layers(Folded(Reshaped("[2,3,H,5]")), {.dims = {{"H", 4}}}), all);
}

TEST(FoldModelTest, WhatIsOnlyDeclaredIsNotBelieved) {
  SourceModel model = SourceFromText(R"(
    g (float[N,2] x) => (float[2] z) <float[7,2] y> {
      y = com.example.Op(x)  s = Shape(y)  f = Cast <to = 1> (s)
      z = Neg(f) })");
  FoldModel({}, {}, &model);
  EXPECT_THAT(Layers(model), ElementsAre("Op", "Shape", "Cast", "Neg"));
}

TEST(FoldModelTest, AResultMayBeAConstant) {
  const SourceModel model =
      Folded("g (float[2,3] x) => (y, s) { s = Shape(x) y = Relu(x) }");
  EXPECT_THAT(Layers(model), ElementsAre("Relu"));
}

TEST(FoldModelTest, WhatNobodyReadAnywayStays) {
  const SourceModel model =
      Folded("g (float[N,3] x) => (y) { s = Shape(x) y = Relu(x) }");
  EXPECT_THAT(Layers(model), ElementsAre("Shape", "Relu"));
}

constexpr const char* kSwitch = R"(
  g (float[4] x, int64 rate) => (y, z) {
    fast = Constant <value = int64 {16000}> ()
    is_fast = Equal(rate, fast)
    y, z = If (is_fast) <
      then_branch = t () => (b, x) {
        w = Constant <value_floats = [1.0, 2.0, 3.0, 4.0]> ()
        a = Mul(x, w)
        b = Relu(a)
      },
      else_branch = e () => (c, c) {
        a = Neg(x)
        c = Sigmoid(a)
      }>
  })";

TEST(FoldModelTest, ABranchThatIsTakenIsInlined) {
  const SourceModel fast = Folded(kSwitch, {{"rate", "16000"}});
  EXPECT_THAT(Layers(fast), ElementsAre("Mul", "Relu", "Identity"));
  const SourceModel slow = Folded(kSwitch, {{"rate", "8000"}});
  EXPECT_THAT(Layers(slow), ElementsAre("Neg", "Sigmoid", "Identity"));
  EXPECT_EQ(slow.proto.graph().input_size(), 1);
  EXPECT_EQ(slow.fixed_inputs.at("rate"), "8000");
  // The other branch had that name, too.
  EXPECT_EQ(slow.proto.graph().node(0).output(0), "a");
  EXPECT_THAT(Layers(Folded(kSwitch)), ElementsAre("Equal", "If"));
}

TEST(FoldModelTest, ABranchInABranch) {
  const SourceModel model = Folded(R"(
    g (float[4] x, bool[1] c) => (y) {
      a = Neg(x)
      y = If (c) <
        then_branch = t () => (b) {
          b = If (c) <
            then_branch = u () => (e) { d = Relu(a) e = Exp(d) },
            else_branch = v () => (f) { f = Abs(a) }>
        },
        else_branch = w () => (g) { g = Abs(a) }>
    })",
                                   {{"c", "true"}});
  EXPECT_THAT(Layers(model), ElementsAre("Neg", "Relu", "Exp"));
  EXPECT_EQ(model.proto.graph().node(2).output(0), "y");
}

// A name in the branch that other tensors of the model have, too, would hide
// them or be hidden.
TEST(FoldModelTest, InlinedNamesAreUnique) {
  const SourceModel model = Folded(R"(
    g (float[4] x, bool c, bool d) => (y, z, v) {
      y = If (c) <
        then_branch = t () => (b) { a = Relu(x) b = Exp(a) },
        else_branch = e () => (f) { f = Abs(x) }>
      z = If (c) <
        then_branch = u () => (b) { a = Neg(x) b = Exp(a) },
        else_branch = h () => (f) { f = Abs(x) }>
      v = If (d) <
        then_branch = i () => (b) { a = Neg(y) b = Exp(a) },
        else_branch = j () => (f) { f = Abs(x) }>
    })",
                                   {{"c", "1"}});
  EXPECT_THAT(Layers(model), ElementsAre("Relu", "Exp", "Neg", "Exp", "If"));
  const auto& nodes = model.proto.graph().node();
  EXPECT_EQ(nodes[0].output(0), "a_1");
  EXPECT_EQ(nodes[1].input(0), "a_1");
  EXPECT_EQ(nodes[1].output(0), "y");
  EXPECT_EQ(nodes[2].output(0), "a_2");
}

TEST(FoldModelTest, ConditionsOfFixedDimsAreKnown) {
  const char* squeeze = R"(
    g (float[%s,3] x) => (y) {
      s = Shape(x)
      first = Constant <value = int64 {0}> ()
      n = Gather(s, first)
      one = Constant <value = int64 {1}> ()
      c = Equal(n, one)
      y = If (c) <then_branch = t () => (a) { a = Relu(x) },
                  else_branch = e () => (b) { b = Neg(x) }>
    })";
  EXPECT_THAT(Layers(Folded(fmt::sprintf(squeeze, "1"))), ElementsAre("Relu"));
  EXPECT_THAT(Layers(Folded(fmt::sprintf(squeeze, "2"))), ElementsAre("Neg"));
  EXPECT_THAT(Layers(Folded(fmt::sprintf(squeeze, "N"))),
              ElementsAre("Shape", "Gather", "Equal", "If"));
}

TEST(FoldModelTest, ValuesOfEveryShapeAndType) {
  const auto value = [](const std::string& type, const std::string& text) {
    const SourceModel model =
        Folded("g (float[1] x, " + type + " v) => (x, v) { n = Neg(x) }",
               {{"v", text}});
    const auto& tensor = model.proto.graph().initializer(0);
    std::string shape;
    size_t count = 1;
    for (const int64_t dim : tensor.dims()) {
      shape += fmt::format("[{}]", dim);
      count *= static_cast<size_t>(dim);
    }
    for (size_t i = 0; i < count; ++i) {
      shape += fmt::format(" {}", *NumberAt(DTypeFromOnnx(tensor.data_type()),
                                            tensor.raw_data(), i));
    }
    return shape;
  };
  EXPECT_EQ(value("int64", "-3"), " -3");
  EXPECT_EQ(value("float[2]", "0.5"), "[2] 0.5 0.5");
  EXPECT_EQ(value("double[N]", "1,2e3"), "[2] 1 2000");
  EXPECT_EQ(value("uint8[1,N]", "7"), "[1][1] 7");
  EXPECT_EQ(value("bool", "true"), " 1");
}

TEST(FoldModelTest, ValuesThatDoNotFit) {
  const auto error = [](const std::string& type, const std::string& text) {
    return ErrorOf("g (float[1] x, " + type + " v) => (y) { y = Neg(x) }",
                   {{"v", text}});
  };
  EXPECT_EQ(error("int64", "1.5"),
            "E308 --input-value v=1.5: '1.5' is no int64");
  EXPECT_EQ(error("uint8", "256"),
            "E308 --input-value v=256: '256' is no uint8");
  EXPECT_EQ(error("bool", "2"), "E308 --input-value v=2: '2' is no bool");
  EXPECT_EQ(error("float", "nan"),
            "E308 --input-value v=nan: 'nan' is no float32");
  EXPECT_EQ(error("float[3]", "1,2"),
            "E308 --input-value v=1,2: 2 values are given and the input has 3 "
            "elements");
  EXPECT_THAT(error("float[5000]", "1"), StartsWith("E308"));
  EXPECT_THAT(error("float16", "1"), StartsWith("E308"));
  EXPECT_THAT(error("string", "1"), StartsWith("E308"));
  EXPECT_EQ(ErrorOf("g (float[1] x, int64 rate) => (y) { y = Neg(x) }",
                    {{"rat", "1"}}),
            "E307 --input-value rat=1: the model has no input of this name; "
            "did you mean 'rate'?");
}

}  // namespace
}  // namespace dnncut
