// SPDX-License-Identifier: Apache-2.0
//
// The rows, by domain and name. That each operator has one only, a static
// assertion says.
#include "frontends/shapes/operator_table.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "compiler/model/onnx_walk.h"
#include "frontends/shapes/operator_rules.h"

namespace dnncut {
namespace {

constexpr std::string_view kMicrosoft = "com.microsoft";

constexpr ShapeRules kRows[] = {
    {.op_type = "Abs", .value = ComputeUnary},
    {.op_type = "Add", .value = ComputeBinary},
    {.op_type = "AffineGrid", .sized_by_values = true},
    {.op_type = "And", .value = ComputeBinary},
    {.op_type = "Attention", .infer = InferAttention},
    {.op_type = "AveragePool", .infer = InferPool, .correct = DropLastWindows},
    {.op_type = "BitwiseAnd", .infer = InferAsAdd},
    {.op_type = "BitwiseNot", .infer = LikeFirstInput},
    {.op_type = "BitwiseOr", .infer = InferAsAdd},
    {.op_type = "BitwiseXor", .infer = InferAsAdd},
    {.op_type = "BlackmanWindow", .sized_by_values = true},
    {.op_type = "Cast", .infer = InferCast, .value = ComputeCast},
    {.op_type = "CastLike", .infer = InferCastLike},
    {.op_type = "Ceil", .value = ComputeUnary},
    {.op_type = "CenterCropPad", .sized_by_values = true},
    {.op_type = "Col2Im", .sized_by_values = true},
    {.op_type = "Compress", .sized_by_values = true},
    {.op_type = "Concat", .infer = InferConcat, .value = ComputeConcat},
    {.op_type = "ConcatFromSequence", .sized_by_values = true},
    {.op_type = "Constant", .value = ComputeConstant},
    {.op_type = "ConstantOfShape",
     .value = ComputeConstantOfShape,
     .sized_by_values = true},
    {.op_type = "DFT", .check = CheckDft, .sized_by_values = true},
    {.op_type = "DequantizeLinear", .infer = InferDequantizeLinear},
    {.op_type = "Div", .value = ComputeBinary},
    {.op_type = "Einsum", .infer = InferEinsum},
    {.op_type = "Equal", .value = ComputeBinary},
    {.op_type = "Expand", .value = ComputeExpand, .sized_by_values = true},
    {.op_type = "Floor", .value = ComputeUnary},
    {.op_type = "GRU", .check = CheckRecurrent},
    {.op_type = "Gather", .value = ComputeGather},
    {.op_type = "Gelu", .infer = LikeFirstInput},
    {.op_type = "Greater", .value = ComputeBinary},
    {.op_type = "GreaterOrEqual", .value = ComputeBinary},
    {.op_type = "GroupNormalization", .infer = LikeFirstInput},
    {.op_type = "HammingWindow", .sized_by_values = true},
    {.op_type = "HannWindow", .sized_by_values = true},
    {.op_type = "Identity", .value = ComputeIdentity},
    {.op_type = "If",
     .control_flow = ControlFlow::kIf,
     .sized_by_values = true},
    {.op_type = "ImageDecoder", .sized_by_values = true},
    {.op_type = "LSTM", .check = CheckRecurrent},
    {.op_type = "Less", .value = ComputeBinary},
    {.op_type = "LessOrEqual", .value = ComputeBinary},
    {.op_type = "Loop",
     .control_flow = ControlFlow::kLoop,
     .sized_by_values = true},
    {.op_type = "LpPool", .infer = InferPool, .correct = DropLastWindows},
    {.op_type = "Max", .value = ComputeBinary},
    {.op_type = "MaxPool", .correct = DropLastWindows},
    {.op_type = "MaxUnpool", .sized_by_values = true},
    {.op_type = "MelWeightMatrix", .sized_by_values = true},
    {.op_type = "Min", .value = ComputeBinary},
    {.op_type = "Mish", .infer = LikeFirstInput},
    {.op_type = "Mod", .value = ComputeBinary},
    {.op_type = "Mul", .value = ComputeBinary},
    {.op_type = "Neg", .value = ComputeUnary},
    {.op_type = "NonMaxSuppression", .sized_by_values = true},
    {.op_type = "NonZero", .value = ComputeNonZero, .sized_by_values = true},
    {.op_type = "Not", .value = ComputeUnary},
    {.op_type = "OneHot", .sized_by_values = true},
    {.op_type = "Optional", .sized_by_values = true},
    {.op_type = "OptionalGetElement", .sized_by_values = true},
    {.op_type = "Or", .value = ComputeBinary},
    {.op_type = "Pad", .infer = InferPad, .sized_by_values = true},
    {.op_type = "QuantizeLinear", .infer = InferQuantizeLinear},
    {.op_type = "RMSNormalization", .infer = LikeFirstInput},
    {.op_type = "RNN", .check = CheckRecurrent},
    {.op_type = "Range",
     .check = CheckRange,
     .value = ComputeRange,
     .sized_by_values = true},
    {.op_type = "ReduceL1", .infer = InferReduce, .sized_by_values = true},
    {.op_type = "ReduceL2", .infer = InferReduce, .sized_by_values = true},
    {.op_type = "ReduceLogSum", .infer = InferReduce, .sized_by_values = true},
    {.op_type = "ReduceLogSumExp",
     .infer = InferReduce,
     .sized_by_values = true},
    {.op_type = "ReduceMax",
     .infer = InferReduce,
     .value = ComputeReduce,
     .sized_by_values = true},
    {.op_type = "ReduceMean", .infer = InferReduce, .sized_by_values = true},
    {.op_type = "ReduceMin",
     .infer = InferReduce,
     .value = ComputeReduce,
     .sized_by_values = true},
    {.op_type = "ReduceProd",
     .infer = InferReduce,
     .value = ComputeReduce,
     .sized_by_values = true},
    {.op_type = "ReduceSum", .value = ComputeReduce, .sized_by_values = true},
    {.op_type = "ReduceSumSquare",
     .infer = InferReduce,
     .sized_by_values = true},
    {.op_type = "Reshape", .value = ComputeReshape, .sized_by_values = true},
    {.op_type = "Resize", .infer = InferResize, .sized_by_values = true},
    {.op_type = "RotaryEmbedding", .infer = LikeFirstInput},
    {.op_type = "Round", .value = ComputeUnary},
    {.op_type = "STFT", .sized_by_values = true},
    {.op_type = "Scan",
     .control_flow = ControlFlow::kScan,
     .sized_by_values = true},
    {.op_type = "SequenceAt", .sized_by_values = true},
    {.op_type = "SequenceConstruct", .sized_by_values = true},
    {.op_type = "SequenceEmpty", .sized_by_values = true},
    {.op_type = "SequenceErase", .sized_by_values = true},
    {.op_type = "SequenceInsert", .sized_by_values = true},
    {.op_type = "SequenceMap", .sized_by_values = true},
    {.op_type = "Shape", .value = ComputeShape},
    {.op_type = "SimplifiedLayerNormalization", .infer = LikeFirstInput},
    {.op_type = "Size", .value = ComputeSize},
    {.op_type = "Slice", .value = ComputeSlice, .sized_by_values = true},
    {.op_type = "Split", .infer = InferSplit, .sized_by_values = true},
    {.op_type = "SplitToSequence", .sized_by_values = true},
    {.op_type = "Sqrt", .value = ComputeUnary},
    {.op_type = "Squeeze", .value = ComputeSqueeze, .sized_by_values = true},
    {.op_type = "StringSplit", .sized_by_values = true},
    {.op_type = "Sub", .value = ComputeBinary},
    {.op_type = "Sum", .value = ComputeBinary},
    {.op_type = "Swish", .infer = LikeFirstInput},
    {.op_type = "TensorScatter", .infer = LikeFirstInput},
    {.op_type = "Tile", .infer = InferTile, .sized_by_values = true},
    {.op_type = "TopK", .sized_by_values = true},
    {.op_type = "Transpose", .value = ComputeTranspose},
    {.op_type = "Unique", .sized_by_values = true},
    {.op_type = "Unsqueeze",
     .value = ComputeUnsqueeze,
     .sized_by_values = true},
    {.op_type = "Upsample", .sized_by_values = true},
    {.op_type = "Where", .value = ComputeWhere},

    // What ONNX Runtime adds.
    {.domain = kMicrosoft,
     .op_type = "Attention",
     .infer = InferFusedAttention},
    {.domain = kMicrosoft, .op_type = "BiasGelu", .infer = LikeFirstInput},
    {.domain = kMicrosoft,
     .op_type = "DequantizeLinear",
     .infer = InferDequantizeLinear},
    {.domain = kMicrosoft, .op_type = "FastGelu", .infer = LikeFirstInput},
    {.domain = kMicrosoft, .op_type = "FusedConv", .infer = InferFusedConv},
    {.domain = kMicrosoft, .op_type = "FusedGemm", .infer = InferFusedGemm},
    {.domain = kMicrosoft, .op_type = "Gelu", .infer = LikeFirstInput},
    {.domain = kMicrosoft,
     .op_type = "QLinearAdd",
     .infer = InferQuantizedBinary},
    {.domain = kMicrosoft,
     .op_type = "QLinearLeakyRelu",
     .infer = LikeFirstInput},
    {.domain = kMicrosoft,
     .op_type = "QLinearMul",
     .infer = InferQuantizedBinary},
    {.domain = kMicrosoft,
     .op_type = "QLinearSigmoid",
     .infer = LikeFirstInput},
    {.domain = kMicrosoft,
     .op_type = "QuantizeLinear",
     .infer = InferQuantizeLinear},
    {.domain = kMicrosoft, .op_type = "QuickGelu", .infer = LikeFirstInput},
    {.domain = kMicrosoft,
     .op_type = "RotaryEmbedding",
     .infer = LikeFirstInput},
    {.domain = kMicrosoft,
     .op_type = "SkipLayerNormalization",
     .infer = InferSkipNormalization},
    {.domain = kMicrosoft,
     .op_type = "SkipSimplifiedLayerNormalization",
     .infer = InferSkipNormalization},
};

constexpr auto KeyOf(const ShapeRules& row) {
  return std::tuple(row.domain, row.op_type);
}

// No two rows are equal, and ShapeRulesOf can search.
static_assert(std::adjacent_find(std::begin(kRows), std::end(kRows),
                                 [](const ShapeRules& a, const ShapeRules& b) {
                                   return KeyOf(a) >= KeyOf(b);
                                 }) == std::end(kRows));

}  // namespace

const ShapeRules& ShapeRulesOf(std::string_view domain,
                               std::string_view op_type) {
  static constexpr ShapeRules kNone;
  const auto key = std::tuple(NormalDomain(domain), op_type);
  const ShapeRules* row = std::lower_bound(
      std::begin(kRows), std::end(kRows), key,
      [](const ShapeRules& row, const auto& key) { return KeyOf(row) < key; });
  const bool found = row != std::end(kRows) && KeyOf(*row) == key;
  return found ? *row : kNone;
}

}  // namespace dnncut
