// SPDX-License-Identifier: Apache-2.0
//
// Where types come from: operators, the file's own value_info, ONNX Runtime,
// and what the user states where only the data decides a size.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/frontends/importing.h"

namespace dnncut {
namespace {

using ::testing::StartsWith;

TEST(TypeSourcesTest, StaleValueInfoGivesWay) {
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

TEST(TypeSourcesTest, ValueInfoSettlesWhatIsNotInferred) {
  auto imported = ImportText(R"(
    g (float[1,8] x) => (float[1,8] z) <float[1,8] y> {
      y = com.microsoft.Mystery(x)
      z = Neg(y)
    })");
  EXPECT_EQ(TypeOf(imported, "y"), "float32[1,8]");
}

TEST(TypeSourcesTest, UnknownOperatorsAreNamed) {
  const char* text = R"(
    g (float[1,8] x) => (z) { y = com.microsoft.Mystery(x)  z = Neg(y) })";
  EXPECT_EQ(ImportText(text).error,
            "E311 the size of 'y' cannot be inferred (com.microsoft.Mystery "
            "'y': not known to libonnx); state the shape: --tensor-shape "
            "'y=TYPE[SHAPE]', or install ONNX Runtime, which knows more "
            "operators (tools/get_onnxruntime.sh)");
  auto imported = ImportText(text, {.tensor_bytes = {{"y", 100}, {"z", 200}}});
  EXPECT_EQ(imported.error, "");
  EXPECT_EQ(TensorNamed(imported.graph, "z").bytes, 200);
  EXPECT_EQ(WarningIds(imported), "W304 W304 W308");
}

TEST(TypeSourcesTest, TheRuntimeIsAskedForTheRestOnly) {
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
TEST(TypeSourcesTest, ThePresentOfGroupQueryAttentionGrows) {
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

TEST(TypeSourcesTest, ARuntimeThatRefusesIsNoReasonToStop) {
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

TEST(TypeSourcesTest, WhatTheDataDecidesCrossesAtItsBound) {
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

TEST(TypeSourcesTest, WhatNothingBoundsNeverCrossesButAsAResult) {
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
            "65536 bytes; state what is typical: --tensor-shape "
            "'middle=float32[A,B]'");
  EXPECT_EQ(imported.warnings[1].text,
            "only the data decides the size of 'middle' and nothing bounds it, "
            "so no cut sends it; state what is typical: --tensor-shape "
            "'middle=float32[A,B]'");
  imported = ImportText(text, {.tensor_bytes = {{"middle", 24}, {"y", 24}}});
  EXPECT_EQ(TensorNamed(imported.graph, "middle").bytes, 24);
  EXPECT_EQ(WarningIds(imported), "W304 W304 W308");
}

TEST(TypeSourcesTest, BranchesThatDifferAreDecidedByTheData) {
  auto imported = ImportText(R"(
    g (float[2,3] x, bool c) => (y) {
      y = If (c) <then_branch = t () => (a) { a = Concat <axis = 0> (x, x) },
                  else_branch = e () => (b) { b = Neg(x) }>
    })");
  EXPECT_EQ(TypeOf(imported, "y"), "float32[?,3]");
  EXPECT_EQ(TensorNamed(imported.graph, "y").bytes, 4 * 3 * 4);
  EXPECT_EQ(TensorNamed(imported.graph, "y").size_basis, SizeBasis::kAtMost);
}

TEST(TypeSourcesTest, ABranchThatIsNeverTakenDoesNotCount) {
  auto imported = ImportText(R"(
    g (float[2,3] x) => (y) {
      c = Constant <value = bool {1}> ()
      y = If (c) <then_branch = t () => (a) { a = Concat <axis = 0> (x, x) },
                  else_branch = e () => (b) { b = Neg(x) }>
    })");
  EXPECT_EQ(TypeOf(imported, "y"), "float32[4,3]");
}

}  // namespace
}  // namespace dnncut
