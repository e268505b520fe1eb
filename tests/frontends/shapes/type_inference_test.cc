// SPDX-License-Identifier: Apache-2.0
//
// Shapes: free dims, computed shapes, stale value_info, engines that fail.
#include "frontends/shapes/type_inference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "frontends/shapes/einsum_shape.h"
#include "tests/backends/temp_folder.h"
#include "tests/frontends/importing.h"
#include "tools/examples/examples.h"

namespace dnncut {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kFreeDims = R"(
  g (float[N,3,H,W] x, float[N,H] h) => (float[N,3,H,W] y, float[N,H] k) {
    y = Relu(x)
    k = Relu(h)
  })";

TEST(FreeDimsTest, TheBatchBecomesOneWhereverItIsNamed) {
  auto imported = ImportText(kFreeDims, {.dims = {{"H", 8}, {"W", 9}}});
  EXPECT_EQ(TypeOf(imported, "y"), "float32[1,3,8,9]");
  EXPECT_EQ(TypeOf(imported, "k"), "float32[1,8]");
  EXPECT_EQ(WarningIds(imported), "W301");
  EXPECT_EQ(imported.warnings[0].text,
            "the first dimension of input 'x' is free ('N') and is taken as 1; "
            "give --dim N=VALUE to choose another");
}

TEST(FreeDimsTest, AShapeGivesItsNamesTheirValues) {
  auto imported = ImportText(kFreeDims, {.shapes = {{"x", {2, 3, 8, 9}}}});
  EXPECT_EQ(TypeOf(imported, "k"), "float32[2,8]");
  EXPECT_EQ(WarningIds(imported), "");
}

TEST(FreeDimsTest, OtherFreeDimsAreAnErrorThatNamesThem) {
  auto imported = ImportText(kFreeDims, {.dims = {{"W", 9}}});
  EXPECT_EQ(imported.error,
            "E310 the size of 'x', 'h', 'y' and 1 more depends on what the "
            "model leaves free: 'H' of input 'x'; give --dim H=VALUE");
  EXPECT_EQ(ImportText(kFreeDims).error,
            "E310 the size of 'x', 'h', 'y' and 1 more depends on what the "
            "model leaves free: 'H' of input 'x', 'W' of input 'x'; give --dim "
            "H=VALUE --dim W=VALUE");
}

TEST(FreeDimsTest, DimsWithoutANameNeedAShape) {
  SourceModel model =
      SourceFromText("g (float[N,M] x) => (float[N,M] y) { y = Relu(x) }");
  for (auto* info : {model.proto.mutable_graph()->mutable_input(0),
                     model.proto.mutable_graph()->mutable_output(0)}) {
    for (auto& dim : *info->mutable_type()
                          ->mutable_tensor_type()
                          ->mutable_shape()
                          ->mutable_dim()) {
      dim.clear_dim_param();
    }
  }
  EXPECT_THAT(Import(model).error,
              HasSubstr("dimension 1 of input 'x'; give --shape x=1xA"));
  EXPECT_EQ(TypeOf(Import(model, {.shapes = {{"x", {4, 5}}}}), "y"),
            "float32[4,5]");
}

TEST(FreeDimsTest, MistakesInOptionsAreNamed) {
  auto error = [](const ImportOptions& options) {
    return ImportText(kFreeDims, options).error;
  };
  EXPECT_EQ(ImportText("g (float[A] image) => (y) { y = Relu(image) }",
                       {.shapes = {{"imag", {1}}}})
                .error,
            "E301 --shape imag: the model has no input of this name; did you "
            "mean 'image'?");
  EXPECT_EQ(error({.shapes = {{"x", {1, 3}}}}),
            "E303 --shape x=1x3: the input has 4 dimensions, not 2");
  EXPECT_EQ(error({.shapes = {{"x", {1, 4, 8, 8}}}}),
            "E303 --shape x=1x4x8x8: dimension 1 of the input is fixed to 3 by "
            "the model");
  EXPECT_EQ(
      error({.shapes = {{"x", {1, 3, 8, 8}}, {"h", {1, 9}}}}),
      "E302 --shape x=1x3x8x8 makes dimension 'H' 8, but it is 9 already");
  EXPECT_EQ(
      error({.dims = {{"H", 7}}, .shapes = {{"x", {1, 3, 8, 8}}}}),
      "E302 --shape x=1x3x8x8 makes dimension 'H' 8, but it is 7 already");
  EXPECT_EQ(error({.dims = {{"H", -1}}}),
            "E304 --dim H=-1: a dimension is never negative");
}

TEST(FreeDimsTest, EverythingFreeIsAskedForAtOnceAndQuoted) {
  SourceModel model = SourceFromText(R"(
    g (float[A,B] x, float[C,D] y, float[A,C] z, float[E] unread)
      => (p, q) { p = MatMul(x, y) q = Relu(z) })");
  auto* graph = model.proto.mutable_graph();
  auto dim = [&](int input, int i) {
    return graph->mutable_input(input)
        ->mutable_type()
        ->mutable_tensor_type()
        ->mutable_shape()
        ->mutable_dim(i);
  };
  dim(0, 1)->set_dim_param("it's");
  dim(1, 0)->set_dim_param("-k");
  dim(1, 1)->clear_dim_param();
  EXPECT_EQ(Import(model).error,
            "E310 the size of 'x', 'y', 'z' and 2 more depends on what the "
            "model leaves free: 'it's' of input 'x', dimension 1 of input 'y', "
            "'C' of input 'z'; give --dim 'it'\\''s=VALUE' --shape y=1xA --dim "
            "C=VALUE");
  EXPECT_EQ(Import(model).warnings[1].text,
            "the first dimension of input 'y' is free ('-k') and is taken as "
            "1; give --dim=-k=VALUE to choose another");
}

TEST(FreeDimsTest, WhatCanHardlyBeABatchIsAskedFor) {
  const auto asks = [](const std::string& ports) {
    const auto imported =
        ImportText(fmt::format("g ({}) {{ y = Relu(x) z = Neg(m) }}", ports));
    EXPECT_EQ(WarningIds(imported), imported.error.empty() ? "W301" : "");
    return imported.error.substr(0, imported.error.find(' '));
  };
  EXPECT_EQ(asks("float[N,2] x, float[N] m) => (y, z"), "");
  EXPECT_EQ(asks("float[N] x, float[N] m) => (y, z"), "E310");
  EXPECT_EQ(asks("float[N,2] x, float[N,N] m) => (y, z"), "E310");
  EXPECT_EQ(asks("float[N,2] x, float[1,N] m) => (y, z"), "E310");
  EXPECT_EQ(asks("float[N,2] x, float[1,3] m) => (float[2,N] y, z"), "E310");
}

TEST(FreeDimsTest, AnErrorThatFollowsFromAGuessNamesIt) {
  EXPECT_THAT(
      ImportText(R"(
    g (float[N,C,2] x, float[C,3,4] w) => (y) { y = Conv(x, w) })",
                 {.dims = {{"C", 2}}})
          .error,
      testing::AllOf(StartsWith("E311 the size of 'y' cannot be inferred (Conv "
                                "'y': its input is too small: a size would be "
                                "negative)"),
                     HasSubstr("; the guess may be why: the first dimension of "
                               "input 'x' ('N') was taken as 1, which --dim "
                               "N=VALUE changes")));
}

SourceModel WithDims(std::vector<std::string> dims) {
  SourceModel model = SourceFromText(
      "g (float[A,B] x, float[A,C] m) => (y, z) {"
      "  y = Relu(x) z = Neg(m) }");
  for (int i = 0; i < 2; ++i) {
    for (int d = 0; d < 2; ++d) {
      model.proto.mutable_graph()
          ->mutable_input(i)
          ->mutable_type()
          ->mutable_tensor_type()
          ->mutable_shape()
          ->mutable_dim(d)
          ->set_dim_param(dims[2 * i + d]);
    }
  }
  return model;
}

TEST(FreeDimsTest, NamesThatAreNumbersOrExpressions) {
  const SourceModel model = WithDims({"b", "past", "7", "past + 1"});
  auto imported = Import(model, {.dims = {{"past", 16}}});
  EXPECT_EQ(TypeOf(imported, "y"), "float32[1,16]");
  EXPECT_EQ(TypeOf(imported, "z"), "float32[7,17]");
  // To a runtime a number is a name.
  imported = Import(model, {.dims = {{"past", 16}, {"7", 3}}});
  EXPECT_EQ(TypeOf(imported, "z"), "float32[3,17]");
  EXPECT_EQ(Import(model, {.shapes = {{"m", {4, 9}}, {"x", {2, 7}}}}).error,
            "E302 dimension 'past + 1' is given as 9, but it is 8 with past=7");
  EXPECT_THAT(Import(model).error, testing::EndsWith("give --dim past=VALUE"));
  // A batch is a part like any other.
  imported = Import(WithDims({"b", "3", "b*4", "2"}));
  EXPECT_EQ(TypeOf(imported, "z"), "float32[4,2]");
  EXPECT_EQ(WarningIds(imported), "W301");
  // Names of which nothing else is known are names.
  EXPECT_THAT(Import(WithDims({"b", "h-w", "b", "2"})).error,
              testing::EndsWith("give --dim h-w=VALUE"));
  EXPECT_EQ(TypeOf(Import(WithDims({"b", "h-w", "b", "2"}),
                          {.dims = {{"h", 5}, {"w", 1}}}),
                   "y"),
            "float32[1,4]");
  EXPECT_EQ(
      Import(WithDims({"b", "k - 4", "b", "k"}), {.dims = {{"k", 3}}}).error,
      "E306 dimension 'k - 4' is -1 with k=3, which is no size");
}

TEST(FreeDimsTest, ADimMayBeZero) {
  auto imported = ImportText(R"(
    g (float[N,P,4] past, float[N,2,4] x) => (y) {
      y = Concat <axis = 1> (past, x) })",
                             {.dims = {{"P", 0}}});
  EXPECT_EQ(TypeOf(imported, "y"), "float32[1,2,4]");
  EXPECT_EQ(TensorNamed(imported.graph, "past").bytes, 0);
}

TEST(FreeDimsTest, UnusedOptionsWarn) {
  auto imported =
      ImportText("g (float[2] x) => (float[2] y) { y = Relu(x) }",
                 {.dims = {{"H", 8}}, .tensor_bytes = {{"x", 4}, {"none", 5}}});
  EXPECT_EQ(WarningIds(imported), "W302 W303 W303");
  EXPECT_EQ(TensorNamed(imported.graph, "x").bytes, 8);
}

TEST(FreeDimsTest, TheSourceStaysSymbolic) {
  SourceModel model = SourceFromText(kFreeDims);
  std::string before = model.proto.SerializeAsString();
  Import(model, {.dims = {{"H", 8}, {"W", 9}}});
  EXPECT_EQ(model.proto.SerializeAsString(), before);
}

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

TEST(TypeInferenceTest, StaleValueInfoGivesWay) {
  SourceModel model = SourceFromText(R"(
    g (float[1,8] x) => (float[4,8] z) { y = Relu(x)  z = Neg(y) })");
  auto* info = model.proto.mutable_graph()->add_value_info();
  info->set_name("y");
  auto* type = info->mutable_type()->mutable_tensor_type();
  type->set_elem_type(1);
  type->mutable_shape()->add_dim()->set_dim_value(4);
  type->mutable_shape()->add_dim()->set_dim_value(8);
  auto imported = Import(model);
  EXPECT_EQ(TypeOf(imported, "z"), "float32[1,8]");
  EXPECT_EQ(WarningIds(imported), "W310");
  EXPECT_EQ(imported.warnings[0].text,
            "the model declares other types for 2 of its tensors than their "
            "operators compute (for example, 'y' is declared float32[4,8] and "
            "computed as float32[1,8]); the computed ones are used");
}

TEST(TypeInferenceTest, ValueInfoSettlesWhatIsNotInferred) {
  auto imported = ImportText(R"(
    g (float[1,8] x) => (float[1,8] z) <float[1,8] y> {
      y = com.microsoft.Mystery(x)
      z = Neg(y)
    })");
  EXPECT_EQ(TypeOf(imported, "y"), "float32[1,8]");
}

TEST(TypeInferenceTest, UnknownOperatorsAreNamed) {
  const char* text = R"(
    g (float[1,8] x) => (z) { y = com.microsoft.Mystery(x)  z = Neg(y) })";
  EXPECT_EQ(ImportText(text).error,
            "E311 the size of 'y' cannot be inferred (com.microsoft.Mystery "
            "'y': not known to libonnx); say how big they get with "
            "--tensor-bytes y=BYTES, or install ONNX Runtime, which knows more "
            "operators (tools/get_onnxruntime.sh)");
  auto imported = ImportText(text, {.tensor_bytes = {{"y", 100}, {"z", 200}}});
  EXPECT_EQ(imported.error, "");
  EXPECT_EQ(TensorNamed(imported.graph, "z").bytes, 200);
  EXPECT_EQ(WarningIds(imported), "W304 W304 W308");
}

TEST(TypeInferenceTest, TheRuntimeIsAskedForTheRestOnly) {
  int asked = 0;
  ImportOptions options;
  options.inference = [&](const SourceModel&) {
    ++asked;
    TensorType type = {
        TensorType::Kind::kTensor, DType::kFloat32, true, {3, 8}};
    return TypeMap{{"y", type}};
  };
  auto imported = ImportText(
      "g (float[1,8] x) => (z) { y = com.microsoft.Mystery(x)  z = Neg(y) }",
      options);
  EXPECT_EQ(TypeOf(imported, "z"), "float32[3,8]");
  EXPECT_EQ(asked, 1);
  ImportText("g (float[1,8] x) => (z) { z = Neg(x) }", options);
  EXPECT_EQ(asked, 1);
  // What the data decides it does not know either.
  ImportText(R"(
    g (float[1,8] x, float[1,50,4] boxes, float[1,2,50] scores) => (y, z) {
      n = NonZero(x)
      s = Shape(n)
      y = Expand(x, s)
      p = NonMaxSuppression(boxes, scores)
      z = Cast <to = 1> (p) })",
             options);
  EXPECT_EQ(asked, 1);
  // Nor does it give the user's answers.
  ImportText("g (float[1,N] x) => (z) { z = Neg(x) }", options);
  EXPECT_EQ(asked, 1);
}

// ONNX Runtime 1.30 infers the past's length.
TEST(TypeInferenceTest, ThePresentOfGroupQueryAttentionGrows) {
  constexpr const char* kText = R"(
    g (float[1,64,256] q, float[1,64,64] k, float[1,64,64] v,
       float[1,2,1,32] pk, float[1,2,1,32] pv, int32[1] lengths, int32 total)
    => (y, {}) {{
      y, present, pv2 = com.microsoft.GroupQueryAttention
        <num_heads = 8, kv_num_heads = 2> (q, k, v, pk, pv, lengths, total)
    }})";
  ImportOptions options;
  options.inference = [](const SourceModel&) {
    TensorType type = {
        TensorType::Kind::kTensor, DType::kFloat32, true, {1, 2, 1, 32}};
    return TypeMap{{"present", type}};
  };
  auto imported =
      ImportText(fmt::format(kText, "float[1,2,60,32] present"), options);
  EXPECT_EQ(TypeOf(imported, "y"), "float32[1,64,256]");
  EXPECT_EQ(TypeOf(imported, "present"), "float32[1,2,60,32]");
  EXPECT_EQ(WarningIds(imported), "");
  imported = ImportText(fmt::format(kText, "present"), options);
  EXPECT_EQ(TypeOf(imported, "present"), "float32[1,2,?,32]");
  EXPECT_EQ(TensorNamed(imported.graph, "present").bytes, 2 * 65 * 32 * 4);
}

TEST(TypeInferenceTest, ARuntimeThatRefusesIsNoReasonToStop) {
  ImportOptions options;
  options.inference = [](const SourceModel&) -> TypeMap {
    Fail(ExitCode::kBadInput, "E704", "no");
  };
  auto imported = ImportText(R"(
    g (float[2,4] x) => (y) {
      a = Constant <value_ints = [2, 1]> ()
      s = BitShift <direction = "LEFT"> (a, a)
      y = Reshape(x, s) })",
                             options);
  EXPECT_EQ(imported.error, "");
  EXPECT_THAT(WarningIds(imported), StartsWith("W312"));
}

TEST(TypeInferenceTest, WhatTheDataDecidesCrossesAtItsBound) {
  const char* text = R"(
    g (float[1,50,4] boxes, float[1,2,50] scores, int64[1] k) => (picked) {
      some = NonMaxSuppression(boxes, scores, k)
      picked = Cast <to = 1> (some)
    })";
  auto imported = ImportText(text);
  ASSERT_EQ(imported.error, "");
  EXPECT_EQ(TypeOf(imported, "some"), "int64[?,3]");
  EXPECT_EQ(TensorNamed(imported.graph, "some").bytes, 2 * 50 * 3 * 8);
  EXPECT_EQ(TensorNamed(imported.graph, "some").size_basis, SizeBasis::kAtMost);
  EXPECT_EQ(TensorNamed(imported.graph, "picked").bytes, 2 * 50 * 3 * 4);
  EXPECT_EQ(WarningIds(imported), "");

  imported =
      ImportText(text, {.tensor_bytes = {{"some", 240}, {"picked", 1201}}});
  EXPECT_EQ(TensorNamed(imported.graph, "some").bytes, 240);
  EXPECT_EQ(TensorNamed(imported.graph, "some").size_basis, SizeBasis::kStated);
  EXPECT_EQ(TensorNamed(imported.graph, "picked").bytes, 1200);
  EXPECT_EQ(WarningIds(imported), "W303 W304");
}

TEST(TypeInferenceTest, WhatNothingBoundsNeverCrossesButAsAResult) {
  const char* text = R"(
    g (float[4] x, int64[2] to) => (y) {
      middle = ConstantOfShape(to)
      y = Neg(middle)
    })";
  auto imported = ImportText(text);
  const Tensor& middle = TensorNamed(imported.graph, "middle");
  EXPECT_FALSE(middle.bytes.has_value());
  EXPECT_EQ(middle.why_not,
            "has a size that only the data decides, at ConstantOfShape "
            "'middle'");
  EXPECT_EQ(TensorNamed(imported.graph, "y").bytes, 65536);
  EXPECT_EQ(TensorNamed(imported.graph, "y").size_basis, SizeBasis::kAssumed);
  ASSERT_EQ(WarningIds(imported), "W306 W305 W308");
  EXPECT_EQ(imported.warnings[0].text,
            "nothing bounds the size of the result 'y'; it is assumed to have "
            "65536 bytes; state what is typical: --tensor-bytes y=BYTES");
  EXPECT_EQ(imported.warnings[1].text,
            "only the data decides the size of 'middle' and nothing bounds it, "
            "so no cut sends it; state what is typical: --tensor-bytes "
            "middle=BYTES");
  imported = ImportText(text, {.tensor_bytes = {{"middle", 24}, {"y", 24}}});
  EXPECT_EQ(TensorNamed(imported.graph, "middle").bytes, 24);
  EXPECT_EQ(WarningIds(imported), "W304 W304 W308");
}

TEST(TypeInferenceTest, BranchesThatDifferAreDecidedByTheData) {
  auto imported = ImportText(R"(
    g (float[2,3] x, bool c) => (y) {
      y = If (c) <then_branch = t () => (a) { a = Concat <axis = 0> (x, x) },
                  else_branch = e () => (b) { b = Neg(x) }>
    })");
  EXPECT_EQ(TypeOf(imported, "y"), "float32[?,3]");
  EXPECT_EQ(TensorNamed(imported.graph, "y").bytes, 4 * 3 * 4);
  EXPECT_EQ(TensorNamed(imported.graph, "y").size_basis, SizeBasis::kAtMost);
}

TEST(TypeInferenceTest, ABranchThatIsNeverTakenDoesNotCount) {
  auto imported = ImportText(R"(
    g (float[2,3] x) => (y) {
      c = Constant <value = bool {1}> ()
      y = If (c) <then_branch = t () => (a) { a = Concat <axis = 0> (x, x) },
                  else_branch = e () => (b) { b = Neg(x) }>
    })");
  EXPECT_EQ(TypeOf(imported, "y"), "float32[4,3]");
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

TEST(EinsumShapeTest, FollowsTheEquation) {
  EXPECT_THAT(*EinsumShape("bij,bjk->bik", {{5, 2, 3}, {5, 3, 4}}),
              ElementsAre(5, 2, 4));
  EXPECT_THAT(*EinsumShape("ij,jk", {{2, 3}, {3, 4}}), ElementsAre(2, 4));
  EXPECT_THAT(*EinsumShape("...ii->...i", {{7, 3, 3}}), ElementsAre(7, 3));
  EXPECT_THAT(*EinsumShape("...ij, ...jk -> ...ik", {{8, 1, 2, 3}, {9, 3, 4}}),
              ElementsAre(8, 9, 2, 4));
  EXPECT_THAT(*EinsumShape("ij->", {{2, 3}}), ElementsAre());
  EXPECT_THAT(*EinsumShape("ij->ji", {{-1, 3}}), ElementsAre(3, -1));
  EXPECT_FALSE(EinsumShape("ij->k", {{2, 3}}).has_value());
  EXPECT_FALSE(EinsumShape("ij,jk->ik", {{2, 3}, {4, 5}}).has_value());
  EXPECT_FALSE(EinsumShape("ij->ij", {{2, 3, 4}}).has_value());
  EXPECT_FALSE(EinsumShape("i1->i", {{2, 3}}).has_value());
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
