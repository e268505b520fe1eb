// SPDX-License-Identifier: Apache-2.0
#include "cost_models/operators/operation_cost.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/cost_models/operators/operations.h"

namespace dnncut {
namespace {

TEST(Convolution, CountsOutputsTimesKernel) {
  const Operation conv =
      Simple("Conv", {{2, 8, 10, 12}, {16, 8, 3, 5}, {16}}, {2, 16, 8, 8});
  const OperationCost cost = CountOperation(conv);
  EXPECT_EQ(cost.operations, 2 * (2 * 16 * 8 * 8) * (8 * 3 * 5));
  EXPECT_EQ(cost.bytes,
            4 * (2 * 8 * 10 * 12 + 16 * 8 * 3 * 5 + 16 + 2 * 16 * 8 * 8));
  EXPECT_EQ(cost.operator_class, OperatorClass::kConvolution);
  EXPECT_EQ(cost.dtype, DType::kFloat32);
  EXPECT_EQ(cost.calls, 1);
}

TEST(Convolution, OneAndThreeDimensions) {
  EXPECT_EQ(Count(Simple("Conv", {{1, 4, 100}, {6, 4, 7}}, {1, 6, 94})),
            2 * 6 * 94 * 4 * 7);
  EXPECT_EQ(Count(Simple("Conv", {{1, 2, 8, 8, 8}, {3, 2, 2, 2, 2}},
                         {1, 3, 7, 7, 7})),
            2 * 3 * 343 * 2 * 8);
}

TEST(Convolution, GroupsShareNothing) {
  Operation grouped =
      Simple("Conv", {{1, 8, 5, 5}, {8, 2, 3, 3}}, {1, 8, 3, 3});
  grouped.ints["group"] = {4};
  EXPECT_EQ(Count(grouped), 2 * 8 * 9 * 2 * 9);
  EXPECT_EQ(CountOperation(grouped).operator_class,
            OperatorClass::kConvolution);

  Operation depthwise =
      Simple("Conv", {{1, 8, 5, 5}, {8, 1, 3, 3}}, {1, 8, 3, 3});
  depthwise.ints["group"] = {8};
  EXPECT_EQ(Count(depthwise), 2 * 8 * 9 * 9);
  EXPECT_EQ(CountOperation(depthwise).operator_class,
            OperatorClass::kDepthwiseConvolution);
}

TEST(Convolution, GreyImageIsNotDepthwise) {
  EXPECT_EQ(
      CountOperation(Simple("Conv", {{1, 1, 5, 5}, {8, 1, 3, 3}}, {1, 8, 3, 3}))
          .operator_class,
      OperatorClass::kConvolution);
}

TEST(Convolution, TransposedCountsInputs) {
  EXPECT_EQ(Count(Simple("ConvTranspose", {{1, 8, 7, 7}, {8, 4, 2, 2}},
                         {1, 4, 14, 14})),
            2 * (8 * 7 * 7) * (4 * 2 * 2));
}

TEST(Convolution, QuantizedFormsComputeInInt8) {
  const Operation qlinear = MakeOperation(
      "QLinearConv",
      {Uint8({1, 8, 10, 10}), Typed({}), Uint8({}), Int8({16, 8, 3, 3}),
       Typed({16}), Int8({16}), Typed({}), Uint8({})},
      {Uint8({1, 16, 8, 8})});
  EXPECT_EQ(Count(qlinear), 2 * 16 * 64 * 8 * 9);
  EXPECT_EQ(CountOperation(qlinear).dtype, DType::kInt8);
  EXPECT_EQ(CountOperation(qlinear).bytes,
            800 + 4 + 1 + 1152 + 64 + 16 + 4 + 1 + 1024);

  const Operation integer = MakeOperation(
      "ConvInteger", {Uint8({1, 8, 10, 10}), Uint8({16, 8, 3, 3})},
      {Typed({1, 16, 8, 8}, DType::kInt32)});
  EXPECT_EQ(Count(integer), 2 * 16 * 64 * 8 * 9);
  EXPECT_EQ(CountOperation(integer).dtype, DType::kInt8);
}

TEST(Convolution, FusedIsTheSame) {
  EXPECT_EQ(Count(Contrib("FusedConv",
                          {Typed({1, 8, 10, 10}), Typed({16, 8, 3, 3}),
                           Typed({16}), Typed({1, 16, 8, 8})},
                          {Typed({1, 16, 8, 8})})),
            2 * 16 * 64 * 8 * 9);
}

TEST(Convolution, DeformableSamplesEachTap) {
  // 2 groups: half of the channels for each output.
  Operation deform = Simple(
      "DeformConv", {{1, 4, 6, 6}, {8, 2, 3, 3}, {1, 18, 4, 4}}, {1, 8, 4, 4});
  deform.ints["group"] = {2};
  EXPECT_EQ(Count(deform), 2 * (8 * 16) * (2 * 9) + 16 * 9 * 4 * 8);
}

TEST(Recurrent, CountsBothMatricesAtEveryStep) {
  // 7 steps, 2 sequences, 5 inputs, 3 units, both directions.
  Operation lstm =
      Simple("LSTM", {{7, 2, 5}, {2, 12, 5}, {2, 12, 3}}, {7, 2, 2, 3});
  lstm.ints["hidden_size"] = {3};
  const OperationCost cost = CountOperation(lstm);
  EXPECT_EQ(cost.operations,
            7 * 2 * (2 * (2 * 12 * 5 + 2 * 12 * 3) + 2 * 3 * 4 * 12));
  EXPECT_EQ(cost.operator_class, OperatorClass::kRecurrent);

  Operation gru =
      Simple("GRU", {{7, 2, 5}, {1, 9, 5}, {1, 9, 3}}, {7, 1, 2, 3});
  gru.ints["hidden_size"] = {3};
  EXPECT_EQ(Count(gru), 7 * 2 * (2 * (9 * 5 + 9 * 3) + 3 * 3 * 12));

  Operation dynamic =
      Contrib("DynamicQuantizeLSTM",
              {Typed({7, 2, 5}), Int8({1, 5, 12}), Int8({1, 3, 12})},
              {Typed({7, 1, 2, 3})});
  dynamic.ints["hidden_size"] = {3};
  EXPECT_EQ(Count(dynamic), 7 * 2 * (2 * (60 + 36) + 3 * 4 * 12));
  EXPECT_EQ(CountOperation(dynamic).dtype, DType::kInt8);
}

TEST(Pooling, WindowTimesOutputs) {
  Operation pool = Simple("MaxPool", {{1, 8, 9, 9}}, {1, 8, 4, 4});
  pool.ints["kernel_shape"] = {3, 2};
  EXPECT_EQ(Count(pool), 8 * 16 * 6);
  EXPECT_EQ(CountOperation(pool).operator_class, OperatorClass::kPooling);
  EXPECT_EQ(Count(Simple("GlobalAveragePool", {{1, 8, 9, 9}}, {1, 8, 1, 1})),
            8 * 81);
}

TEST(Pooling, RegionsAreSampled) {
  Operation align =
      Simple("RoiAlign", {{1, 8, 9, 9}, {5, 4}, {5}}, {5, 8, 7, 7});
  align.ints["sampling_ratio"] = {3};
  EXPECT_EQ(Count(align), 5 * 8 * 49 * 9 * 8);
  align.ints["sampling_ratio"] = {0};
  EXPECT_EQ(Count(align), 5 * 8 * 49 * 4 * 8);
}

TEST(Resize, CostsByMode) {
  Operation resize = Simple("Resize", {{1, 3, 4, 4}}, {1, 3, 8, 8});
  EXPECT_EQ(Count(resize), 192);  // nearest
  resize.strings["mode"] = "linear";
  EXPECT_EQ(Count(resize), 192 * 2 * 4);
  resize.strings["mode"] = "cubic";
  EXPECT_EQ(Count(resize), 192 * 2 * 16);
  Operation grid =
      Simple("GridSample", {{1, 3, 4, 4}, {1, 8, 8, 2}}, {1, 3, 8, 8});
  EXPECT_EQ(Count(grid), 192 * 2 * 4);
  grid.strings["mode"] = "bicubic";
  EXPECT_EQ(Count(grid), 192 * 2 * 16);
}

TEST(Elementwise, ByOperator) {
  EXPECT_EQ(Count(Simple("Relu", {{2, 50}}, {2, 50})), 100);
  EXPECT_EQ(Count(Simple("Add", {{2, 50}, {50}}, {2, 50})), 100);
  EXPECT_EQ(Count(Simple("Sum", {{9}, {9}, {9}}, {9})), 18);
  EXPECT_GT(Count(Simple("Sigmoid", {{100}}, {100})), 1000);
  EXPECT_EQ(CountOperation(Simple("Add", {{2, 50}, {50}}, {2, 50})).bytes,
            4 * (100 + 50 + 100));
  EXPECT_EQ(Count(Simple("ReduceMean", {{8, 100}}, {8, 1})), 800);
  EXPECT_EQ(Count(Simple("BatchNormalization",
                         {{1, 8, 5, 5}, {8}, {8}, {8}, {8}}, {1, 8, 5, 5})),
            400);
  EXPECT_EQ(
      CountOperation(Simple("Softmax", {{8, 10}}, {8, 10})).operator_class,
      OperatorClass::kNormalization);
  Operation lrn = Simple("LRN", {{1, 8, 5, 5}}, {1, 8, 5, 5});
  lrn.ints["size"] = {5};
  EXPECT_EQ(Count(lrn), 200 * (10 + 24));
}

TEST(Elementwise, EmbeddingReadsOnlyItsRows) {
  const TensorType ids = Typed({1, 16}, DType::kInt32);
  const Operation embed =
      Contrib("EmbedLayerNormalization",
              {ids, ids, Typed({30000, 64}), Typed({512, 64}), Typed({2, 64}),
               Typed({64}), Typed({64})},
              {Typed({1, 16, 64})});
  const int64_t out = 4 * 16 * 64;
  EXPECT_EQ(CountOperation(embed).bytes,
            2 * 64 + out + out + 2 * 64 * 4 + 2 * 64 * 4 + out);
}

TEST(Elementwise, SelectionAndTransforms) {
  EXPECT_EQ(Count(MakeOperation("TopK", {Typed({2, 1024}), Typed({1})},
                                {Typed({2, 5}), Typed({2, 5})})),
            2 * 1024 * 10);
  EXPECT_EQ(
      Count(Simple("NonMaxSuppression", {{1, 256, 4}, {1, 80, 256}}, {100, 3})),
      80 * 256 * (8 + 10));
  EXPECT_EQ(Count(Simple("DFT", {{1, 64, 1}}, {1, 64, 2})), 5 * 64 * 6);
}

TEST(Memory, ViewsMoveNothing) {
  for (const char* op : {"Reshape", "Flatten", "Squeeze", "Unsqueeze",
                         "Identity", "Shape", "Dropout"}) {
    const OperationCost cost =
        CountOperation(Simple(op, {{2, 50}, {2}}, {100}));
    EXPECT_EQ(cost.operations, 0) << op;
    EXPECT_EQ(cost.bytes, 0) << op;
    EXPECT_EQ(cost.calls, 1) << op;
  }
}

TEST(Memory, CopiesAndLookUps) {
  const OperationCost transpose =
      CountOperation(Simple("Transpose", {{2, 50}}, {50, 2}));
  EXPECT_EQ(transpose.operations, 0);
  EXPECT_EQ(transpose.bytes, 800);
  // Four rows of a large table.
  const OperationCost gather = CountOperation(
      MakeOperation("Gather", {Typed({30000, 64}), Typed({4}, DType::kInt64)},
                    {Typed({4, 64})}));
  EXPECT_EQ(gather.bytes, 2 * 4 * 4 * 64 + 4 * 8);
  EXPECT_EQ(CountOperation(Simple("Slice", {{1000}, {1}, {1}}, {10})).bytes,
            80);
}

TEST(Bodies, LoopCountsItsRuns) {
  Operation loop = MakeOperation("Loop", {}, {Typed({10})});
  Operation::Body body;
  body.runs = 5;
  body.operations = {Simple("MatMul", {{4, 4}, {4, 4}}, {4, 4}),
                     Simple("Relu", {{4, 4}}, {4, 4})};
  loop.bodies = {body};
  OperationCost cost = CountOperation(loop);
  EXPECT_EQ(cost.operations, 5 * (128 + 16));
  EXPECT_EQ(cost.bytes, 5 * 4 * (48 + 32));
  EXPECT_EQ(cost.calls, 1 + 5 * 2);
  EXPECT_EQ(cost.operator_class, OperatorClass::kMatrixProduct);
  loop.bodies[0].runs = -1;
  EXPECT_EQ(CountOperation(loop).operations, 128 + 16);
  loop.bodies[0].runs = 0;
  EXPECT_EQ(CountOperation(loop).operations, 0);
}

TEST(Bodies, IfCountsItsDearestBranch) {
  Operation branch = MakeOperation("If", {}, {Typed({10})});
  Operation::Body small, large;
  small.operations = {Simple("Relu", {{4, 4}}, {4, 4})};
  large.operations = {Simple("MatMul", {{4, 4}, {4, 4}}, {4, 4})};
  branch.bodies = {small, large};
  EXPECT_EQ(CountOperation(branch).operations, 128);
  EXPECT_EQ(CountOperation(branch).operator_class,
            OperatorClass::kMatrixProduct);
  EXPECT_EQ(CountOperation(branch).calls, 2);
}

TEST(Bodies, FunctionsAreInlined) {
  Operation function = MakeOperation("MyBlock", {}, {}, "com.example");
  Operation::Body body;
  body.operations = {Simple("Relu", {{8}}, {8}), Simple("Relu", {{8}}, {8})};
  function.bodies = {body};
  EXPECT_EQ(CountOperation(function).calls, 2);
  EXPECT_EQ(CountOperation(function).operations, 16);
}

TEST(Bodies, NestAndIgnoreConstants) {
  Operation inner = MakeOperation("If", {}, {});
  Operation::Body body;
  body.operations = {Simple("Constant", {}, {1000}),
                     Simple("Relu", {{8}}, {8})};
  inner.bodies = {body};
  Operation outer = MakeOperation("Scan", {}, {});
  Operation::Body steps;
  steps.runs = 3;
  steps.operations = {inner};
  outer.bodies = {steps};
  const OperationCost cost = CountOperation(outer);
  EXPECT_EQ(cost.operations, 24);
  EXPECT_EQ(cost.bytes, 3 * 64);
  EXPECT_EQ(cost.calls, 1 + 3 * (1 + 1));
}

TEST(Unknown, OperatorsAreBoundByMemory) {
  const OperationCost cost = CountOperation(
      MakeOperation("Conv", {Typed({1, 8, 5, 5}), Typed({8, 8, 3, 3})},
                    {Typed({1, 8, 3, 3})}, "com.example"));
  EXPECT_EQ(cost.operations, 72);
  EXPECT_EQ(cost.bytes, 4 * (200 + 576 + 72));
  EXPECT_EQ(cost.operator_class, OperatorClass::kElementwise);
}

TEST(Unknown, TypesCountAsNothing) {
  Operation conv = Simple("Conv", {{1, 8, 5, 5}, {8, 8, 3, 3}}, {1, 8, -1, 3});
  EXPECT_EQ(Count(conv), 0);
  EXPECT_EQ(CountOperation(conv).bytes, 4 * (200 + 576));
  for (const char* op : {"Conv",
                         "ConvTranspose",
                         "DeformConv",
                         "Gemm",
                         "MatMul",
                         "MatMulNBits",
                         "MoE",
                         "QMoE",
                         "Einsum",
                         "Attention",
                         "QAttention",
                         "MultiHeadAttention",
                         "GroupQueryAttention",
                         "PackedAttention",
                         "PackedMultiHeadAttention",
                         "LSTM",
                         "MaxPool",
                         "RoiAlign",
                         "Resize",
                         "GridSample",
                         "LRN",
                         "EmbedLayerNormalization",
                         "TopK",
                         "NonMaxSuppression",
                         "DFT",
                         "STFT",
                         "Gather",
                         "Reshape",
                         "Foo"}) {
    for (const char* domain : {"", "com.microsoft"}) {
      const OperationCost cost =
          CountOperation(MakeOperation(op, {}, {}, domain));
      EXPECT_EQ(cost.operations, 0) << op;
      EXPECT_EQ(cost.bytes, 0) << op;
    }
  }
}

// Dims that a file may claim must neither wrap around nor trap.
TEST(Saturation, HugeShapesStayInRange) {
  const int64_t huge = INT64_MAX / 3;
  for (const char* op : {"Conv",
                         "ConvTranspose",
                         "DeformConv",
                         "Gemm",
                         "MatMul",
                         "MoE",
                         "QMoE",
                         "Einsum",
                         "Attention",
                         "MultiHeadAttention",
                         "GroupQueryAttention",
                         "PackedAttention",
                         "LSTM",
                         "MaxPool",
                         "RoiAlign",
                         "Resize",
                         "LRN",
                         "GridSample",
                         "EmbedLayerNormalization",
                         "TopK",
                         "NonMaxSuppression",
                         "DFT",
                         "Gather",
                         "Softmax",
                         "Sum",
                         "Pow",
                         "Foo"}) {
    for (const char* domain : {"", "com.microsoft"}) {
      const TensorType type = Typed({huge, huge, huge, huge});
      Operation operation = MakeOperation(op, std::vector<TensorType>(9, type),
                                          {type, type}, domain);
      for (const char* name : {"k", "size", "sampling_ratio", "hidden_size",
                               "kernel_shape", "local_window_size"}) {
        operation.ints[name] = {INT64_MAX};
      }
      operation.strings["equation"] =
          "abcd,efgh,ijkl,abcd,efgh,ijkl,a...,b"
          "...,c...->";
      const OperationCost cost = CountOperation(operation);
      EXPECT_GE(cost.operations, 0) << op;
      EXPECT_LE(cost.operations, kMaxCount) << op;
      EXPECT_GE(cost.bytes, 0) << op;
      EXPECT_LE(cost.bytes, kMaxCount) << op;
    }
  }
  Operation loop = MakeOperation("Loop", {}, {});
  Operation::Body body;
  body.runs = INT64_MAX;
  body.operations = {Simple("Relu", {{huge}}, {huge})};
  loop.bodies = {body, body};
  EXPECT_EQ(CountOperation(loop).operations, kMaxCount);
  EXPECT_EQ(CountOperation(loop).calls, kMaxCount);
}

TEST(Saturation, NegativeAttributesAreHarmless) {
  for (const char* op : {"MoE", "LSTM", "LRN", "RoiAlign", "MaxPool", "QMoE"}) {
    Operation operation = MakeOperation(
        op, std::vector<TensorType>(9, Typed({4, 4, 4})), {Typed({4, 4})},
        op[0] == 'Q' || op[1] == 'o' ? "com.microsoft" : "");
    for (const char* name : {"k", "size", "sampling_ratio", "hidden_size",
                             "kernel_shape", "expert_weight_bits", "group"}) {
      operation.ints[name] = {INT64_MIN};
    }
    EXPECT_GE(CountOperation(operation).operations, 0) << op;
    EXPECT_GE(CountOperation(operation).bytes, 0) << op;
  }
}

TEST(OperatorClasses, HaveDistinctNames) {
  std::set<std::string_view> names;
  for (OperatorClass c : kOperatorClasses) names.insert(OperatorClassName(c));
  EXPECT_EQ(names.size(), std::size(kOperatorClasses));
}

}  // namespace
}  // namespace dnncut
