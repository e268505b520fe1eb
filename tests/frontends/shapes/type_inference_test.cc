// SPDX-License-Identifier: Apache-2.0
//
// Computed shapes, sizes that overflow, and models whose types are all found.
#include "frontends/shapes/type_inference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/backends/temp_folder.h"
#include "tests/frontends/importing.h"
#include "tools/examples/examples.h"

namespace dnncut {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(TypeInferenceTest, ComputesShapesThroughIntegerChains) {
  SourceModel model = SourceFromText(R"(
    g (float[1,16,6,8] x) => (y, z) {
      s = Shape(x)
      zero = Constant <value = int64 {0}> ()
      four = Constant <value_ints = [4]> ()
      none = Constant <value_ints = [-1]> ()
      axes = Constant <value_ints = [0]> ()
      n = Gather(s, zero)
      n1 = Unsqueeze(n, axes)
      to = Concat <axis = 0> (n1, none, four)
      t = Transpose <perm = [0, 2, 3, 1]> (x)
      y = Reshape(t, to)
      f = Cast <to = 1> (s)
      parts = Constant <value_floats = [1.0, 1.0, 0.5, 0.3]> ()
      scaled = Mul(f, parts)
      whole = Floor(scaled)
      size = Cast <to = 7> (whole)
      z = Resize(x, x, x, size)
    })");
  auto* resize = model.proto.mutable_graph()->mutable_node(
      model.proto.graph().node_size() - 1);
  resize->set_input(1, "");
  resize->set_input(2, "");
  auto imported = Import(model);
  EXPECT_EQ(TypeOf(imported, "y"), "float32[1,192,4]");
  EXPECT_EQ(TypeOf(imported, "z"), "float32[1,16,3,2]");
}

// A value that a runtime computes when it knows the sizes costs nothing.
TEST(TypeInferenceTest, ValuesThatFollowFromSizesAreKnown) {
  const auto imported = ImportText(R"(
    g (float[N,3] x) => (y, z) {
      s = Shape(x)
      f = Cast <to = 1> (s)
      y = Neg(f)
      z = Exp(x)
    })",
                                   {.dims = {{"N", 4}}});
  EXPECT_TRUE(LayerNamed(imported.graph, "s").operation.is_known);
  EXPECT_TRUE(LayerNamed(imported.graph, "y").operation.is_known);
  EXPECT_FALSE(LayerNamed(imported.graph, "z").operation.is_known);
}

// Each would keep 100 kB of its own.
TEST(TypeInferenceTest, LongChainsOfValuesTakeLittleMemory) {
  std::string nodes = "v0 = Concat <axis = 0> (s, s)";
  for (int i = 0; i < 11; ++i) {
    nodes += fmt::format(" v{} = Concat <axis = 0> (v{}, v{})", i + 1, i, i);
  }
  for (int i = 11; i < 2000; ++i) {
    nodes += fmt::format(" v{} = Add(v{}, v{})", i + 1, i, i % 2 ? 11 : i);
  }
  const auto imported = ImportText(fmt::format(
      "g (float[1] x) => (y) {{ s = Shape(x) {} y = Expand(x, s) }}", nodes));
  EXPECT_EQ(TypeOf(imported, "v2000"), "int64[4096]");
}

// libonnx 1.12 divides by the stride.
TEST(TypeInferenceTest, ACrashIsAnErrorOrAWarning) {
  const char* open = R"(
    g (float[1,1,8,8] x) => (y) {
      y = MaxPool <kernel_shape = [2, 2], strides = [0, 0]> (x) })";
  EXPECT_THAT(ImportText(open).error,
              StartsWith("E320 libonnx's shape inference crashed (signal 8, "
                         "SIGFPE), at node 0 (MaxPool), and the model does not "
                         "state all sizes itself; install ONNX Runtime"));
  const char* stated = R"(
    g (float[1,1,8,8] x) => (float[1,1,4,4] y) {
      y = MaxPool <kernel_shape = [2, 2], strides = [0, 0]> (x) })";
  auto imported = ImportText(stated);
  EXPECT_EQ(TypeOf(imported, "y"), "float32[1,1,4,4]");
  EXPECT_EQ(WarningIds(imported), "W311");
}

TEST(TypeInferenceTest, AbsurdDimsAreUnknown) {
  auto imported = ImportText(R"(
    g (float[1,1,8,8] x) => (y) {
      y = MaxPool <kernel_shape = [2, 2],
                   dilations = [4611686018427387904, 1]> (x) })");
  EXPECT_THAT(imported.error,
              testing::AnyOf(StartsWith("E311"), StartsWith("E320")));
}

// libonnx 1.12 adds them up in 32 bits.
TEST(TypeInferenceTest, ConcatAddsUpIn64Bits) {
  auto imported = ImportText(R"(
    g (int8[2147483648] x) => (y) { y = Concat <axis = -1> (x, x) })");
  EXPECT_EQ(TypeOf(imported, "y"), "int8[4294967296]");
}

// What a runtime or the model itself says of them does not help.
TEST(TypeInferenceTest, SizesThatOverflowAreRefused) {
  for (const char* nodes :
       {"s = Constant <value = int64[1] {4611686018427387904}> () "
        "y = Tile(x, s)",
        "s = Constant <value = int64[2] {1, 9223372036854775807}> () "
        "y = Pad(x, s)",
        "s = Constant <value = int64[1] {-5}> () "
        "p = Concat <axis = 0> (s, s) y = Pad(x, p)"}) {
    auto imported = ImportText(
        fmt::format("g (float[4] x) => (float[4] y) {{ {} }}", nodes));
    EXPECT_THAT(imported.error, StartsWith("E311")) << nodes;
  }
}

// Found by tests/fuzz/onnx_structure_fuzz: became integers as they were.
TEST(TypeInferenceTest, AxesThatAreNoIntegers) {
  for (const char* axes : {"value_floats = [4.8e30]", "value_ints = [65]",
                           "value_ints = [-9223372036854775808]"}) {
    const auto imported =
        ImportText(fmt::format("g (float[2,3] x) => (float[2,3] y) {{"
                               "  a = Constant <{}> () m = ReduceMean(x, a)"
                               "  n = Mul(m, m) y = Add(x, n) }}",
                               axes),
                   {}, 18);
    EXPECT_THAT(imported.error, HasSubstr("axes are out of range")) << axes;
  }
}

TEST(TypeInferenceTest, NewerFormsOfOperators) {
  auto type = [](const std::string& nodes) {
    auto imported = ImportText(
        fmt::format("g (float[2,3,7,5] x) => (y) {{ {} }}", nodes), {}, 18);
    return TypeOf(imported, "y");
  };
  EXPECT_EQ(type("a = Constant <value_ints = [2, 3]> ()"
                 "y = ReduceMean <keepdims = 0> (x, a)"),
            "float32[2,3]");
  EXPECT_EQ(type("y = ReduceMax <noop_with_empty_axes = 1> (x)"),
            "float32[2,3,7,5]");
  EXPECT_EQ(type("a, b, y = Split <axis = 2, num_outputs = 3> (x)"),
            "float32[2,3,1,5]");
  EXPECT_EQ(type("p = Constant <value_ints = [1, 2]> ()"
                 "v = Constant <value = float {0.0}> ()"
                 "a = Constant <value_ints = [-1]> ()"
                 "y = Pad(x, p, v, a)"),
            "float32[2,3,7,8]");
  EXPECT_EQ(type("y = AveragePool <kernel_shape = [2, 2], dilations = [2, 2]> "
                 "(x)"),
            "float32[2,3,5,3]");
  EXPECT_EQ(type("y = Gelu(x)"), "float32[2,3,7,5]");
  EXPECT_EQ(type("y = Cast <to = 17> (x)"), "float8_e4m3fn[2,3,7,5]");
  EXPECT_EQ(type("w = Constant <value = float[1,3,1,1] {1.0,1.0,1.0}> ()"
                 "y = com.microsoft.FusedConv <kernel_shape = [1, 1]> (x, w)"),
            "float32[2,1,7,5]");
}

TEST(TypeInferenceTest, NoPoolingWindowStartsInThePadding) {
  auto imported = ImportText(R"(
    g (float[1,1,3,4] x) => (y) {
      y = MaxPool <kernel_shape = [1, 2], strides = [3, 3], ceil_mode = 1> (x)
    })");
  EXPECT_EQ(TypeOf(imported, "y"), "float32[1,1,1,2]");
}

// Types of all results are found again when the model does not say them.
void ExpectResolves(const std::string& path) {
  Warnings warnings;
  SourceModel model = LoadModel(path, {}, &warnings);
  model.proto.mutable_graph()->clear_value_info();
  for (auto& output : *model.proto.mutable_graph()->mutable_output()) {
    output.clear_type();
  }
  auto imported = Import(model);
  EXPECT_EQ(imported.error, "") << path;
  EXPECT_EQ(WarningIds(imported), "") << path;
}

TEST(TypeInferenceTest, ExamplesResolveWithoutARuntime) {
  const TempFolder folder;
  for (const ExampleInfo& example : Examples()) {
    const std::string path = folder / example.name;
    WriteExample(example.name, {.light = true}, path);
    ExpectResolves(path);
  }
}

// Only the shared real models have computed shapes in long chains.
TEST(TypeInferenceTest, RealModelsResolveWithoutARuntime) {
  const char* folder = std::getenv("DNNCUT_MODELS");
  if (folder == nullptr) GTEST_SKIP() << "DNNCUT_MODELS is not set";
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".onnx") continue;
    ExpectResolves(entry.path().string());
    ++count;
  }
  EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace dnncut
