// SPDX-License-Identifier: Apache-2.0
//
// --tensor-shape and --loop-count: what is stated is where inference goes on
// from, and changes nothing that is inferred without it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "tests/backends/temp_folder.h"
#include "tests/frontends/importing.h"
#include "tools/examples/examples.h"

namespace dnncut {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TensorType Shape(std::vector<int64_t> shape, DType dtype = DType::kUndefined) {
  return {TensorType::Kind::kTensor, dtype, true, std::move(shape)};
}

ImportOptions Stating(std::map<std::string, TensorType> shapes) {
  return {.stated = {.shapes = std::move(shapes), .loops = {}}};
}

ImportOptions Counting(const std::string& loop, int64_t count) {
  return {.stated = {.shapes = {}, .loops = {{loop, count}}}};
}

constexpr const char* kCustomMiddle = R"(
  g (float[1,3,8,8] x, float[4,3,3,3] v, float[5,4,3,3] w) => (y) {
    a = Conv(x, v)
    m = my.domain.Custom(a)
    b = Relu(m)
    c = Conv(b, w)
    s = Shape(c)
    f = Flatten(c)
    y = Reshape(f, s)
  })";

TEST(StatedSizesTest, InferenceGoesOnFromOneShape) {
  const auto imported =
      ImportText(kCustomMiddle, Stating({{"m", Shape({1, 4, 6, 6})}}));
  ASSERT_EQ(imported.error, "");
  // That its elements are float32 follows from 'w', which is read with it.
  EXPECT_EQ(TypeOf(imported, "m"), "float32[1,4,6,6]");
  EXPECT_EQ(TypeOf(imported, "c"), "float32[1,5,4,4]");
  EXPECT_EQ(TypeOf(imported, "y"), "float32[1,5,4,4]");
  EXPECT_EQ(TensorNamed(imported.graph, "y").bytes, 5 * 4 * 4 * 4);
  EXPECT_EQ(TensorNamed(imported.graph, "a").size_basis, SizeBasis::kExact);
  for (const char* follows : {"m", "b", "c", "f", "y"}) {
    EXPECT_EQ(TensorNamed(imported.graph, follows).size_basis,
              SizeBasis::kStated);
  }
  ASSERT_EQ(WarningIds(imported), "W304");
  EXPECT_EQ(imported.warnings[0].text,
            "tensor 'm' is taken to be float32[1,4,6,6], as --tensor-shape "
            "says");
  EXPECT_EQ(imported.graph.stated.shapes.at("m"),
            Shape({1, 4, 6, 6}, DType::kFloat32));
  EXPECT_EQ(ImportText(kCustomMiddle).error.substr(0, 4), "E311");
  EXPECT_THAT(ImportText(kCustomMiddle).error,
              HasSubstr("; state the shape: --tensor-shape 'm=TYPE[SHAPE]'"));
}

TEST(StatedSizesTest, HalvesLeaveOpenWhatNothingHoldsARunTo) {
  for (const char* batch : {"1", "batch"}) {
    std::string text = kCustomMiddle;
    text.replace(text.find("[1"), 2, fmt::format("[{}", batch));
    const SourceModel model = SourceFromText(text);
    const ImportOptions options = Stating({{"m", Shape({1, 4, 6, 6})}});
    Imported imported = Import(model, options);
    Warnings again;
    FindConstantDims(model, options, &imported.graph, &again);
    const auto constant = [&](const char* name) {
      return TensorNamed(imported.graph, name).constant_dims;
    };
    const bool fixed = std::string(batch) == "1";
    EXPECT_EQ(constant("a"), std::vector<bool>({fixed, true, true, true}));
    EXPECT_EQ(constant("m"), std::vector<bool>(4, false));
    // The number of filters is known whatever they are used on.
    EXPECT_FALSE(constant("c")[0]);
    EXPECT_FALSE(constant("c")[2]);
  }
}

TEST(StatedSizesTest, ContradictionsAreErrors) {
  const auto error = [](const ImportOptions& options) {
    return ImportText(kCustomMiddle, options).error;
  };
  EXPECT_EQ(
      error(Stating({{"m", Shape({1, 4, 6, 6})}, {"c", Shape({1, 5, 4, 5})}})),
      "E313 --tensor-shape c=[1,5,4,5]: the tensor is float32[1,5,4,4], "
      "by what the model declares and its operators compute");
  EXPECT_EQ(error(Stating({{"a", Shape({1, 4, 6, 6}, DType::kInt8)}})),
            "E313 --tensor-shape a=int8[1,4,6,6]: the tensor is "
            "float32[1,4,6,6], by what the model declares and its operators "
            "compute");
  EXPECT_EQ(error(Stating({{"conv", Shape({1})}})),
            "E312 --tensor-shape conv: the model has no tensor of this name");
  EXPECT_EQ(ImportText("g (float[2] input) => (output) {"
                       "  output = my.domain.Custom(input) }",
                       Stating({{"outptu", Shape({1})}}))
                .error,
            "E312 --tensor-shape outptu: the model has no tensor of this name; "
            "did you mean 'output'?");
  EXPECT_EQ(error(Counting("m", 3)),
            "E312 --loop-count m: the model has no Loop of this name");
}

TEST(StatedSizesTest, TheTypeOfElementsMayBeNeeded) {
  const char* text =
      "g (float[1,8] x) => (z) { y = my.domain.Custom(x)  z = Neg(y) }";
  EXPECT_EQ(ImportText(text, Stating({{"y", Shape({1, 8})}})).error,
            "E314 --tensor-shape y=[1,8]: the type of the tensor's elements is "
            "not known; state it, too, for example --tensor-shape "
            "'y=float32[1,8]'");
  const auto imported =
      ImportText(text, Stating({{"y", Shape({1, 8}, DType::kFloat16)}}));
  EXPECT_EQ(TypeOf(imported, "z"), "float16[1,8]");
  EXPECT_EQ(WarningIds(imported), "W304");
  // Gather's indices are of another type than its data.
  EXPECT_EQ(TypeOf(ImportText("g (float[1,8] x) => (z) <float[9,2] table> {"
                              "  y = my.domain.Custom(x)  s = Shape(y)"
                              "  z = Reshape(x, y) }",
                              Stating({{"y", Shape({2})}})),
                   "y"),
            "int64[2]");
}

// The shape of an input is that of --shape.
TEST(StatedSizesTest, InputsAreTensors) {
  const char* text = "g (float[n,m] x) => (y) { y = Neg(x) }";
  auto imported = ImportText(text, Stating({{"x", Shape({3, 4})}}));
  EXPECT_EQ(TypeOf(imported, "y"), "float32[3,4]");
  EXPECT_EQ(TensorNamed(imported.graph, "y").size_basis, SizeBasis::kExact);
  EXPECT_EQ(WarningIds(imported), "");
  EXPECT_TRUE(imported.graph.stated.empty());
  ImportOptions both = Stating({{"x", Shape({3, 4})}});
  both.shapes = {{"x", {3, 4}}};
  EXPECT_THAT(ImportText(text, both).error, StartsWith("E108"));
}

constexpr const char* kBoxes = R"(
  g (float[1,50,4] boxes, float[1,2,50] scores, int64[1] k) => (y) {
    kept = NonMaxSuppression(boxes, scores, k)
    c = Cast <to = 1> (kept)
    y = Concat <axis = 0> (c, c)
  })";

TEST(StatedSizesTest, WhatTheDataDecidesHasATypicalShape) {
  auto imported = ImportText(kBoxes, Stating({{"kept", Shape({7, 3})}}));
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(TypeOf(imported, "kept"), "int64[7,3]");
  EXPECT_EQ(TypeOf(imported, "y"), "float32[14,3]");
  EXPECT_EQ(TensorNamed(imported.graph, "y").bytes, 14 * 3 * 4);
  EXPECT_EQ(TensorNamed(imported.graph, "y").size_basis, SizeBasis::kStated);
  EXPECT_EQ(WarningIds(imported), "W304");
  EXPECT_EQ(
      ImportText(kBoxes, Stating({{"kept", Shape({101, 3})}})).error,
      "E313 --tensor-shape kept=[101,3]: the tensor is int64[?,3], at most "
      "int64[100,3], by what the model declares and its operators compute "
      "(NonMaxSuppression 'kept')");
  ImportOptions options = Stating({{"kept", Shape({7, 3})}});
  options.tensor_bytes = {{"kept", 24}};
  imported = ImportText(kBoxes, options);
  EXPECT_EQ(TensorNamed(imported.graph, "kept").bytes, 7 * 3 * 8);
  EXPECT_EQ(WarningIds(imported), "W304 W303");
}

std::string LoopText(const std::string& trips, const std::string& goes_on) {
  return fmt::format(R"(
    g (float[2] x, int64 n, bool go) => (y, rows) {{
      m = {}
      y, rows = Loop (m, go, x) <body =
        b (int64 i, bool c, float[2] s) => (bool d, float[2] t, float[2] row)
        {{ t = Neg(s)  row = Relu(s)  d = {} }}>
    }})",
                     trips, goes_on);
}

TEST(StatedSizesTest, LoopsRunAsOftenAsIsSaid) {
  const std::string open = LoopText("Identity(n)", "Identity(c)");
  EXPECT_EQ(WarningIds(ImportText(open)), "W306 W307");
  for (const char* name : {"y", "rows"}) {
    const auto imported = ImportText(open, Counting(name, 20));
    EXPECT_EQ(imported.graph.layers.back().operation.bodies.at(0).runs, 20);
    EXPECT_EQ(TypeOf(imported, "rows"), "float32[20,2]");
    EXPECT_EQ(TensorNamed(imported.graph, "rows").size_basis,
              SizeBasis::kStated);
    EXPECT_EQ(TensorNamed(imported.graph, "y").size_basis, SizeBasis::kExact);
    ASSERT_EQ(WarningIds(imported), "W304");
    EXPECT_EQ(imported.warnings[0].text,
              fmt::format("Loop '{}' is taken to run 20 times, as --loop-count "
                          "says",
                          name));
    EXPECT_EQ(imported.graph.stated.loops.at(name), 20);
  }
  // One that may end early, and one that does not.
  const std::string bounded =
      LoopText("Constant <value = int64 {9}> ()", "Identity(c)");
  EXPECT_EQ(TypeOf(ImportText(bounded, Counting("y", 4)), "rows"),
            "float32[4,2]");
  EXPECT_EQ(ImportText(bounded, Counting("y", 10)).error,
            "E313 --loop-count y=10: the Loop runs at most 9 times");
}

TEST(StatedSizesTest, AKnownCountStands) {
  std::string text = LoopText("Constant <value = int64 {9}> ()", "Identity(c)");
  text.replace(text.find("(m, go, x)"), 10, "(m, , x)");
  EXPECT_EQ(TypeOf(ImportText(text), "rows"), "float32[9,2]");
  const auto imported = ImportText(text, Counting("rows", 9));
  EXPECT_EQ(WarningIds(imported), "W303");
  EXPECT_TRUE(imported.graph.stated.empty());
  EXPECT_EQ(ImportText(text, Counting("rows", 8)).error,
            "E313 --loop-count rows=8: the Loop runs exactly 9 times");
}

// The length of a Scan follows from what it goes through.
TEST(StatedSizesTest, ScansAreAsLongAsWhatTheyRead) {
  const auto imported = ImportText(R"(
    g (float[4] x, float[2] s) => (t) {
      n = NonZero(x)
      f = Cast <to = 1> (n)
      p = Transpose <perm = [1, 0]> (f)
      t, r = Scan <num_scan_inputs = 1, body =
        b (float[2] a, float[1] e) => (float[2] o, float[2] q)
        { o = Add(a, e)  q = Neg(o) }> (s, p)
    })",
                                   Stating({{"n", Shape({1, 3})}}));
  EXPECT_EQ(imported.error, "");
  EXPECT_EQ(imported.graph.layers.back().operation.bodies.at(0).runs, 3);
  EXPECT_EQ(WarningIds(imported), "W304");
}

// A model that inference knows all of.
SourceModel ExampleModel(const std::string& name, const TempFolder& folder) {
  const std::string path = folder / name;
  WriteExample(name, {.light = true}, path);
  Warnings warnings;
  return LoadModel(path, {}, &warnings);
}

void ExpectSameSizes(const Graph& graph, const Graph& expected) {
  ASSERT_EQ(graph.tensors.size(), expected.tensors.size());
  for (size_t i = 0; i < graph.tensors.size(); ++i) {
    EXPECT_EQ(graph.tensors[i].name, expected.tensors[i].name);
    EXPECT_EQ(graph.tensors[i].type, expected.tensors[i].type);
    EXPECT_EQ(graph.tensors[i].bytes, expected.tensors[i].bytes);
  }
  ASSERT_EQ(graph.layers.size(), expected.layers.size());
  for (size_t i = 0; i < graph.layers.size(); ++i) {
    const Operation& operation = graph.layers[i].operation;
    EXPECT_EQ(operation.inputs, expected.layers[i].operation.inputs);
    EXPECT_EQ(operation.outputs, expected.layers[i].operation.outputs);
  }
}

// Some tensors that layers make, chosen at random.
std::vector<TensorId> Choose(const Graph& graph, std::mt19937* random) {
  std::vector<TensorId> chosen;
  for (int i = 0; i < 4; ++i) {
    const auto made = graph.tensors.size() - graph.input_count;
    chosen.push_back(graph.input_count +
                     static_cast<TensorId>((*random)() % made));
  }
  return chosen;
}

// Shapes that inference would have found change nothing; those of operators
// that nobody knows, in place of known ones, give what the known ones gave.
TEST(StatedSizesTest, RealModelsWithRandomShapesStated) {
  const TempFolder folder;
  std::mt19937 random(1);
  for (const char* name : {"squeezenet", "mobilenetv2", "gpt2"}) {
    const SourceModel model = ExampleModel(name, folder);
    const Graph expected = Import(model).graph;
    for (int round = 0; round < 3; ++round) {
      ImportOptions options;
      SourceModel changed = model;
      changed.proto.mutable_graph()->clear_value_info();
      for (auto& output : *changed.proto.mutable_graph()->mutable_output()) {
        output.clear_type();
      }
      std::set<std::string> unknown;
      for (const TensorId id : Choose(expected, &random)) {
        const Tensor& tensor = expected.tensors[id];
        options.stated.shapes[tensor.name] = tensor.type;
        auto* node = changed.proto.mutable_graph()->mutable_node(
            expected.layers[tensor.producer].node);
        if (node->output_size() > 1) continue;
        node->set_domain("my.domain");
        unknown.insert(tensor.name);
      }
      const Imported same = Import(model, options);
      ASSERT_EQ(same.error, "");
      ExpectSameSizes(same.graph, expected);
      EXPECT_TRUE(same.graph.stated.empty());
      for (const Tensor& tensor : same.graph.tensors) {
        EXPECT_EQ(tensor.size_basis, SizeBasis::kExact);
      }
      const Imported through = Import(changed, options);
      ASSERT_EQ(through.error, "");
      ExpectSameSizes(through.graph, expected);
      for (const std::string& output : unknown) {
        EXPECT_TRUE(through.graph.stated.shapes.contains(output)) << output;
      }
    }
  }
}

}  // namespace
}  // namespace dnncut
