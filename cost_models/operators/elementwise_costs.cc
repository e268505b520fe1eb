// SPDX-License-Identifier: Apache-2.0
//
// Operators with a few operations for each element. Memory bounds nearly all of
// them, so the numbers below need not be exact: 1 for arithmetic and
// comparisons, kDivide for division and roots, kExp for exponentials and the
// like, as vectorised libraries compute them.
#include <algorithm>
#include <bit>

#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

constexpr int kDivide = 4;
constexpr int kExp = 10;

// `each`: operations for one output element.
OperationCost CountElementwise(const Operation& operation, int each) {
  return MakeCost(operation, OperatorClass::kElementwise,
                  ComputeType(Output(operation, 0)),
                  SaturatingMul(Elements(Output(operation, 0)), each));
}

// n inputs need n - 1 operations.
OperationCost CountVariadic(const Operation& operation, int each) {
  const auto inputs = static_cast<int64_t>(operation.inputs.size());
  return MakeCost(operation, OperatorClass::kElementwise,
                  ComputeType(Output(operation, 0)),
                  SaturatingMul(Elements(Output(operation, 0)),
                                std::max<int64_t>(1, inputs - 1) * each));
}

// `each`: operations for one element of the input.
OperationCost CountReduction(const Operation& operation, int each) {
  const TensorType& input = Input(operation, 0);
  return MakeCost(operation, OperatorClass::kElementwise, ComputeType(input),
                  SaturatingMul(Elements(input), each));
}

OperationCost CountNormalization(const Operation& operation, int each) {
  OperationCost cost = CountReduction(operation, each);
  cost.operator_class = OperatorClass::kNormalization;
  return cost;
}

// Squares of `size` neighbours, a power and a division for each element.
OperationCost CountLocalResponse(const Operation& operation, int) {
  const int64_t size = std::max<int64_t>(1, IntAttribute(operation, "size", 1));
  const int64_t each =
      SaturatingAdd(SaturatingMul(2, size), 2 * kExp + kDivide);
  OperationCost cost = CountNormalization(operation, 0);
  cost.operations = SaturatingMul(Elements(Input(operation, 0)), each);
  return cost;
}

// Embeddings of words, positions and segments, added and normalised. Of the
// tables (inputs 2, 3 and 4) only the rows that are looked up are read.
OperationCost CountEmbedNormalization(const Operation& operation, int each) {
  const TensorType& output = Output(operation, 0);
  OperationCost cost =
      MakeCost(operation, OperatorClass::kNormalization, ComputeType(output),
               SaturatingMul(Elements(output), each));
  for (int table = 2; table <= 4; ++table) {
    const int64_t bytes = TensorBytes(Input(operation, table));
    LeaveUnread(operation, table,
                std::max<int64_t>(0, bytes - TensorBytes(output)), &cost);
  }
  return cost;
}

int64_t Log2Ceil(int64_t value) {
  if (value <= 1) return 1;
  return static_cast<int64_t>(std::bit_width(static_cast<uint64_t>(value - 1)));
}

// A comparison for each element and each level of a heap or sort along the
// longest axis.
OperationCost CountSelection(const Operation& operation, int) {
  const TensorType& input = Input(operation, 0);
  int64_t length = 1;
  for (int axis = 0; axis < Rank(input); ++axis) {
    length = std::max(length, Dim(input, axis));
  }
  return MakeCost(operation, OperatorClass::kElementwise, ComputeType(input),
                  SaturatingMul(Elements(input), Log2Ceil(length)));
}

// Scores (batches, classes, boxes) are sorted; how many boxes are compared is
// decided by the data and counts as ten for each.
OperationCost CountSuppression(const Operation& operation, int) {
  const TensorType& scores = Input(operation, 1);
  return MakeCost(
      operation, OperatorClass::kElementwise, ComputeType(scores),
      SaturatingMul(Elements(scores), Log2Ceil(Dim(scores, -1)) + 10));
}

// A transform of n points takes 5 n log2(n) operations. The longest inner axis
// of (batch, ..., length, parts) is the transformed one (DFT), or the next to
// last of (batch, frames, bins, parts) (STFT).
OperationCost CountFourier(const Operation& operation, int) {
  const TensorType& output = Output(operation, 0);
  int64_t length = Dim(output, -2);
  if (operation.op_type != "STFT") {
    for (int axis = 1; axis + 1 < Rank(output); ++axis) {
      length = std::max(length, Dim(output, axis));
    }
  }
  const int64_t points =
      Elements(output) / std::max<int64_t>(1, Dim(output, -1));
  return MakeCost(operation, OperatorClass::kElementwise, ComputeType(output),
                  SaturatingMul(points, 5 * Log2Ceil(length)));
}

constexpr OperatorFamily kElementwiseFamilies[] = {
    // Two inputs, or one and a constant.
    {"Add", CountElementwise, 1},
    {"Sub", CountElementwise, 1},
    {"Mul", CountElementwise, 1},
    {"Div", CountElementwise, kDivide},
    {"Mod", CountElementwise, kDivide},
    {"Pow", CountElementwise, 2 * kExp},
    {"PRelu", CountElementwise, 2},
    {"BiasAdd", CountElementwise, 2},
    {"QLinearAdd", CountElementwise, 6},
    {"QLinearMul", CountElementwise, 5},
    {"Sum", CountVariadic, 1},
    {"Mean", CountVariadic, 1},
    {"Max", CountVariadic, 1},
    {"Min", CountVariadic, 1},
    // One input.
    {"Relu", CountElementwise, 1},
    {"LeakyRelu", CountElementwise, 2},
    {"QLinearLeakyRelu", CountElementwise, 6},
    {"ThresholdedRelu", CountElementwise, 2},
    {"Clip", CountElementwise, 2},
    {"HardSigmoid", CountElementwise, 4},
    {"HardSwish", CountElementwise, 5},
    {"Sqrt", CountElementwise, kDivide},
    {"Reciprocal", CountElementwise, kDivide},
    {"Softsign", CountElementwise, kDivide + 2},
    {"Exp", CountElementwise, kExp},
    {"Log", CountElementwise, kExp},
    {"Sin", CountElementwise, kExp},
    {"Cos", CountElementwise, kExp},
    {"Tan", CountElementwise, kExp + kDivide},
    {"Asin", CountElementwise, kExp},
    {"Acos", CountElementwise, kExp},
    {"Atan", CountElementwise, kExp},
    {"Sinh", CountElementwise, kExp + kDivide},
    {"Cosh", CountElementwise, kExp + kDivide},
    {"Asinh", CountElementwise, kExp + kDivide},
    {"Acosh", CountElementwise, kExp + kDivide},
    {"Atanh", CountElementwise, kExp + kDivide},
    {"Erf", CountElementwise, kExp},
    {"Tanh", CountElementwise, kExp},
    {"Sigmoid", CountElementwise, kExp + kDivide},
    {"QLinearSigmoid", CountElementwise, kExp + kDivide},
    {"Softplus", CountElementwise, 2 * kExp},
    {"Elu", CountElementwise, kExp + 2},
    {"Celu", CountElementwise, kExp + 4},
    {"Selu", CountElementwise, kExp + 3},
    {"Mish", CountElementwise, 3 * kExp},
    {"Swish", CountElementwise, kExp + kDivide + 1},
    {"QuickGelu", CountElementwise, kExp + kDivide + 2},
    {"Gelu", CountElementwise, kExp + 4},
    {"FastGelu", CountElementwise, kExp + 6},
    {"BiasGelu", CountElementwise, kExp + 5},
    {"BiasSplitGelu", CountElementwise, kExp + 6},
    {"RotaryEmbedding", CountElementwise, 3},
    {"QuantizeLinear", CountElementwise, kDivide + 2},
    {"DequantizeLinear", CountElementwise, 2},
    {"DynamicQuantizeLinear", CountElementwise, kDivide + 4},
    // Over axes.
    {"ReduceSum", CountReduction, 1},
    {"ReduceMean", CountReduction, 1},
    {"ReduceMax", CountReduction, 1},
    {"ReduceMin", CountReduction, 1},
    {"ReduceProd", CountReduction, 1},
    {"ReduceL1", CountReduction, 2},
    {"ReduceL2", CountReduction, 2},
    {"ReduceSumSquare", CountReduction, 2},
    {"ReduceLogSum", CountReduction, 1},
    {"ReduceLogSumExp", CountReduction, kExp + 2},
    {"QLinearReduceMean", CountReduction, 3},
    {"ArgMax", CountReduction, 1},
    {"ArgMin", CountReduction, 1},
    {"CumSum", CountReduction, 1},
    {"CumProd", CountReduction, 1},
    {"NonZero", CountReduction, 1},
    {"TopK", CountSelection},
    {"Unique", CountSelection},
    {"NonMaxSuppression", CountSuppression},
    {"DFT", CountFourier},
    {"STFT", CountFourier},
    {"Rfft", CountFourier},
    {"Irfft", CountFourier},
    // Statistics, then scaling.
    {"BatchNormalization", CountNormalization, 2},
    {"InstanceNormalization", CountNormalization, 8},
    {"GroupNormalization", CountNormalization, 8},
    {"GroupNorm", CountNormalization, 8},
    {"SkipGroupNorm", CountNormalization, 9},
    {"LayerNormalization", CountNormalization, 8},
    {"SkipLayerNormalization", CountNormalization, 10},
    {"RMSNormalization", CountNormalization, 4},
    {"SimplifiedLayerNormalization", CountNormalization, 4},
    {"SkipSimplifiedLayerNormalization", CountNormalization, 6},
    {"QOrderedLayerNormalization", CountNormalization, 10},
    {"MeanVarianceNormalization", CountNormalization, 6},
    {"LpNormalization", CountNormalization, 3},
    {"LRN", CountLocalResponse},
    {"EmbedLayerNormalization", CountEmbedNormalization, 10},
    {"Softmax", CountNormalization, kExp + 4},
    {"QLinearSoftmax", CountNormalization, kExp + 6},
    {"BiasSoftmax", CountNormalization, kExp + 5},
    {"LogSoftmax", CountNormalization, kExp + 4},
    {"Hardmax", CountNormalization, 2},
};

}  // namespace

std::span<const OperatorFamily> ElementwiseFamilies() {
  return kElementwiseFamilies;
}

}  // namespace dnncut
