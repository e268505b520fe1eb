// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cost_models/operators/operation_cost.h"
#include "tests/cost_models/operators/operations.h"

namespace dnncut {
namespace {

TEST(Matrix, GemmAndItsTranspositions) {
  EXPECT_EQ(Count(Simple("Gemm", {{3, 5}, {5, 7}, {7}}, {3, 7})),
            2 * 3 * 5 * 7);
  Operation transposed = Simple("Gemm", {{5, 3}, {7, 5}}, {3, 7});
  transposed.ints["transA"] = {1};
  transposed.ints["transB"] = {1};
  EXPECT_EQ(Count(transposed), 2 * 3 * 5 * 7);
}

// [n, 24 / n] with n up to 6.
TEST(Matrix, AnInputWhoseDimsAreNotLargeTogether) {
  Operation product = Simple("MatMul", {{6, 24}, {24, 7}}, {6, 7});
  EXPECT_EQ(Count(product), 2 * 6 * 24 * 7);
  TensorType bounded = product.inputs[0];
  bounded.most_elements = 24;
  product.inputs[0] = bounded;
  EXPECT_EQ(Count(product), 2 * 24 * 7);
  EXPECT_EQ(CountOperation(product).bytes, 4 * (24 + 24 * 7 + 6 * 7));
}

TEST(Matrix, MatMulBroadcastsBatches) {
  EXPECT_EQ(Count(Simple("MatMul", {{2, 1, 3, 5}, {4, 5, 7}}, {2, 4, 3, 7})),
            2 * (2 * 4) * 3 * 5 * 7);
  EXPECT_EQ(Count(Simple("MatMul", {{5}, {5}}, {})), 2 * 5);
  EXPECT_EQ(Count(Simple("MatMul", {{3, 5}, {5}}, {3})), 2 * 3 * 5);
}

TEST(Matrix, FusedMatMulSumsOverTheRightAxis) {
  const auto fused = [](Shape a, int trans, int trans_batch) {
    Operation operation =
        Contrib("FusedMatMul", {Typed(std::move(a)), Typed({2, 5, 7})},
                {Typed({2, 3, 7})});
    operation.ints["transA"] = {trans};
    operation.ints["transBatchA"] = {trans_batch};
    return Count(operation);
  };
  const int64_t expected = 2 * (2 * 3 * 7) * 5;
  EXPECT_EQ(fused({2, 3, 5}, 0, 0), expected);
  EXPECT_EQ(fused({2, 5, 3}, 1, 0), expected);
  EXPECT_EQ(fused({3, 2, 5}, 0, 1), expected);
  EXPECT_EQ(fused({5, 2, 3}, 1, 1), expected);
}

TEST(Matrix, QuantizedForms) {
  const int64_t expected = 2 * 3 * 5 * 7;
  const Operation qlinear =
      MakeOperation("QLinearMatMul",
                    {Uint8({3, 5}), Typed({}), Uint8({}), Int8({5, 7}),
                     Typed({}), Int8({}), Typed({}), Uint8({})},
                    {Uint8({3, 7})});
  const Operation integer =
      MakeOperation("MatMulInteger", {Uint8({3, 5}), Int8({5, 7})},
                    {Typed({3, 7}, DType::kInt32)});
  const Operation qgemm = Contrib(
      "QGemm",
      {Uint8({3, 5}), Typed({}), Uint8({}), Int8({5, 7}), Typed({}), Int8({})},
      {Uint8({3, 7})});
  // A is float32 and quantised on the way.
  const Operation dynamic =
      Contrib("DynamicQuantizeMatMul",
              {Typed({3, 5}), Int8({5, 7}), Typed({7})}, {Typed({3, 7})});
  const Operation to_float = Contrib(
      "MatMulIntegerToFloat",
      {Uint8({3, 5}), Int8({5, 7}), Typed({}), Typed({})}, {Typed({3, 7})});
  for (const Operation& operation :
       {qlinear, integer, qgemm, dynamic, to_float}) {
    EXPECT_EQ(Count(operation), expected) << operation.op_type;
    EXPECT_EQ(CountOperation(operation).dtype, DType::kInt8)
        << operation.op_type;
    EXPECT_EQ(CountOperation(operation).operator_class,
              OperatorClass::kMatrixProduct);
  }
}

TEST(Matrix, BlockQuantizedWeightsAreReadPacked) {
  Operation operation = Contrib(
      "MatMulNBits",
      {Typed({1, 1, 64}, DType::kFloat16), Typed({128, 2, 16}, DType::kUint8),
       Typed({128, 2}, DType::kFloat16)},
      {Typed({1, 1, 128}, DType::kFloat16)});
  const OperationCost cost = CountOperation(operation);
  EXPECT_EQ(cost.operations, 2 * 64 * 128);
  EXPECT_EQ(cost.bytes, 2 * 64 + 128 * 32 + 2 * 256 + 2 * 128);
  EXPECT_EQ(cost.dtype, DType::kFloat16);
  operation.ints["accuracy_level"] = {4};
  EXPECT_EQ(CountOperation(operation).dtype, DType::kInt8);
}

TEST(Matrix, ExpertsThatAreNotChosenCostNothing) {
  Operation moe = Contrib("MoE",
                          {Typed({1, 16}), Typed({1, 8}), Typed({8, 16, 32}),
                           Absent(), Typed({8, 32, 16})},
                          {Typed({1, 16})});
  moe.ints["k"] = {2};
  const OperationCost cost = CountOperation(moe);
  EXPECT_EQ(cost.operations, 2 * 2 * (16 * 32 + 32 * 16));
  EXPECT_EQ(cost.bytes, 4 * (16 + 8 + 2 * 2 * 16 * 32 + 16));
}

Operation Einsum(std::string equation, std::vector<Shape> inputs,
                 Shape output) {
  Operation operation = Simple("Einsum", std::move(inputs), std::move(output));
  operation.strings["equation"] = std::move(equation);
  return operation;
}

TEST(Einsum, MultipliesIndexSizes) {
  EXPECT_EQ(Count(Einsum("ij,jk->ik", {{3, 5}, {5, 7}}, {3, 7})),
            2 * 3 * 5 * 7);
  EXPECT_EQ(Count(Einsum("bhid, bhjd -> bhij", {{2, 4, 6, 8}, {2, 4, 5, 8}},
                         {2, 4, 6, 5})),
            2 * 2 * 4 * 6 * 5 * 8);
  EXPECT_EQ(Count(Einsum("...ij,...jk->...ik", {{2, 3, 5}, {9, 2, 5, 7}},
                         {9, 2, 3, 7})),
            2 * 9 * 2 * 3 * 5 * 7);
  EXPECT_EQ(Count(Einsum("i,j,k->", {{3}, {5}, {7}}, {})), 4 * 3 * 5 * 7);
  EXPECT_EQ(
      CountOperation(Einsum("ij,jk", {{3, 5}, {5, 7}}, {3, 7})).operator_class,
      OperatorClass::kMatrixProduct);
}

TEST(Einsum, WithoutASumIsCheap) {
  EXPECT_EQ(Count(Einsum("ij->ji", {{3, 5}}, {5, 3})), 0);
  EXPECT_EQ(Count(Einsum("ij->i", {{3, 5}}, {3})), 15);
  const Operation outer = Einsum("i,j->ij", {{3}, {5}}, {3, 5});
  EXPECT_EQ(Count(outer), 15);
  EXPECT_EQ(CountOperation(outer).operator_class, OperatorClass::kElementwise);
}

TEST(Einsum, NonsenseCountsAsUnknownOperator) {
  const Shape out = {3, 7};
  for (const char* equation : {"", "->", "ijk,jk->ik", "ij,jk,kl->il", "ij->ik",
                               "......,->", ",", "i...j...,jk->ik"}) {
    EXPECT_EQ(Count(Einsum(equation, {{3, 5}, {5, 7}}, out)), 21) << equation;
  }
}

TEST(Attention, MergedWeightsAndPast) {
  Operation attention = Contrib("Attention",
                                {Typed({2, 10, 32}), Typed({32, 96}),
                                 Typed({96}), Absent(), Typed({2, 2, 4, 6, 8})},
                                {Typed({2, 10, 32}), Typed({2, 2, 4, 16, 8})});
  attention.ints["num_heads"] = {4};
  EXPECT_EQ(Count(attention),
            2 * 2 * 10 * 32 * 96 + 2 * (2 * 10 * 16) * (32 + 32));
  EXPECT_EQ(CountOperation(attention).operator_class,
            OperatorClass::kMatrixProduct);
  attention.ints["past_present_share_buffer"] = {1};
  EXPECT_EQ(Count(attention),
            2 * 2 * 10 * 32 * 96 + 2 * (2 * 10 * 6) * (32 + 32));
}

TEST(Attention, QuantizedPutsPastElsewhere) {
  const Operation attention = Contrib(
      "QAttention",
      {Uint8({1, 10, 32}), Int8({32, 96}), Typed({96}), Typed({}), Typed({}),
       Absent(), Uint8({}), Int8({}), Typed({2, 1, 4, 6, 8})},
      {Typed({1, 10, 32})});
  EXPECT_EQ(Count(attention), 2 * 10 * 32 * 96 + 2 * (10 * 16) * 64);
  EXPECT_EQ(CountOperation(attention).dtype, DType::kInt8);
}

TEST(Attention, PackedHasNoPadding) {
  const Operation attention =
      Contrib("PackedAttention",
              {Typed({15, 32}), Typed({32, 96}), Typed({96}), Typed({2, 10})},
              {Typed({15, 32})});
  EXPECT_EQ(Count(attention), 2 * 15 * 32 * 96 + 2 * (2 * 10 * 10) * 64);
}

TEST(Attention, MultiHeadInEveryLayout) {
  const int64_t expected = 2 * (2 * 10 * 10) * (32 + 32);
  const TensorType flat = Typed({2, 10, 32});
  EXPECT_EQ(Count(Contrib("MultiHeadAttention", {flat, flat, flat}, {flat})),
            expected);
  EXPECT_EQ(
      Count(Contrib("MultiHeadAttention", {Typed({2, 10, 4, 3, 8})}, {flat})),
      expected);
  EXPECT_EQ(Count(Contrib("MultiHeadAttention", {flat, Typed({2, 10, 4, 2, 8})},
                          {flat})),
            expected);
  // Cross attention to 7 cached keys.
  const TensorType cached = Typed({2, 4, 7, 8});
  EXPECT_EQ(
      Count(Contrib("MultiHeadAttention", {flat, cached, cached}, {flat})),
      2 * (2 * 10 * 7) * 64);
  // Past keys before the new ones.
  EXPECT_EQ(Count(Contrib("MultiHeadAttention",
                          {flat, flat, flat, Absent(), Absent(), Absent(),
                           cached, cached},
                          {flat})),
            2 * (2 * 10 * 17) * 64);
}

TEST(Attention, DecoderReadsItsCache) {
  const TensorType one = Typed({1, 1, 32});
  const TensorType past = Typed({1, 4, 99, 8});
  EXPECT_EQ(
      Count(Contrib("DecoderMaskedMultiHeadAttention",
                    {one, one, one, Absent(), Absent(), past, past}, {one})),
      2 * 100 * 64);
  EXPECT_EQ(Count(Contrib("DecoderMaskedMultiHeadAttention",
                          {Typed({1, 1, 96}), Absent(), Absent(), Absent(),
                           Absent(), past, past},
                          {one})),
            2 * 100 * 64);
}

TEST(Attention, GroupsShareKeys) {
  const Operation gqa = Contrib(
      "GroupQueryAttention",
      {Typed({1, 1, 32}), Typed({1, 1, 16}), Typed({1, 1, 16}),
       Typed({1, 2, 99, 8}), Typed({1, 2, 99, 8})},
      {Typed({1, 1, 32}), Typed({1, 2, 100, 8}), Typed({1, 2, 100, 8})});
  EXPECT_EQ(Count(gqa), 2 * 100 * 64);
  Operation packed = gqa;
  packed.inputs[0] = Typed({1, 1, 64});
  packed.inputs[1] = packed.inputs[2] = Absent();
  EXPECT_EQ(Count(packed), 2 * 100 * 64);
  Operation windowed = gqa;
  windowed.ints["local_window_size"] = {10};
  EXPECT_EQ(Count(windowed), 2 * 10 * 64);
  Operation prompt = gqa;
  prompt.outputs.resize(1);
  prompt.inputs[3] = prompt.inputs[4] = Absent();
  EXPECT_EQ(Count(prompt), 2 * 1 * 64);
}

TEST(Attention, OnnxOwnHasTwoLayouts) {
  const int64_t expected = 2 * (2 * 10 * 12) * (32 + 64);
  EXPECT_EQ(
      Count(Simple("Attention", {{2, 4, 10, 8}, {2, 4, 12, 8}, {2, 4, 12, 16}},
                   {2, 4, 10, 16})),
      expected);
  EXPECT_EQ(Count(Simple("Attention", {{2, 10, 32}, {2, 12, 32}, {2, 12, 64}},
                         {2, 10, 64})),
            expected);
}

}  // namespace
}  // namespace dnncut
