// SPDX-License-Identifier: Apache-2.0
//
// Counts operators that move elements without computing, or do not even move
// them.
#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

OperationCost CountCopy(const Operation& operation, int) {
  return MakeCost(operation, OperatorClass::kElementwise,
                  ComputeType(Output(operation, 0)), 0);
}

// Another shape for the same bytes, or a look at the shape alone.
OperationCost CountView(const Operation& operation, int) {
  return {.dtype = ComputeType(Output(operation, 0))};
}

// Costs nothing when the model runs.
OperationCost CountNothing(const Operation& operation, int) {
  return {.dtype = ComputeType(Output(operation, 0)), .calls = 0};
}

OperationCost CountFill(const Operation& operation, int) {
  return {.dtype = ComputeType(Output(operation, 0)),
          .bytes = OutputBytes(operation)};
}

// Reads from its first input only as many bytes as it writes. `indices` is the
// position of the input that says which elements; -1 when that input is small.
OperationCost CountGather(const Operation& operation, int indices) {
  const int64_t moved = SaturatingMul(2, OutputBytes(operation));
  return {
      .dtype = ComputeType(Output(operation, 0)),
      .bytes = SaturatingAdd(moved, TensorBytes(Input(operation, indices)))};
}

constexpr OperatorFamily kMemoryFamilies[] = {
    {"Transpose", CountCopy},
    {"Concat", CountCopy},
    {"QLinearConcat", CountCopy},
    {"Split", CountCopy},
    {"Pad", CountCopy},
    {"Expand", CountCopy},
    {"Tile", CountCopy},
    {"DepthToSpace", CountCopy},
    {"SpaceToDepth", CountCopy},
    {"ReverseSequence", CountCopy},
    {"Trilu", CountCopy},
    {"Cast", CountCopy},
    {"CastLike", CountCopy},
    {"Where", CountCopy},
    {"QLinearWhere", CountCopy},
    {"Scatter", CountCopy},
    {"ScatterElements", CountCopy},
    {"ScatterND", CountCopy},
    {"TensorScatter", CountCopy},
    {"ReorderInput", CountCopy},
    {"ReorderOutput", CountCopy},
    {"Slice", CountGather, -1},
    {"Gather", CountGather, 1},
    {"GatherElements", CountGather, 1},
    {"GatherND", CountGather, 1},
    {"GatherBlockQuantized", CountGather, 1},
    {"Compress", CountGather, 1},
    {"ConstantOfShape", CountFill},
    {"EyeLike", CountFill},
    {"OneHot", CountFill},
    {"Range", CountFill},
    {"RandomNormal", CountFill},
    {"RandomNormalLike", CountFill},
    {"RandomUniform", CountFill},
    {"RandomUniformLike", CountFill},
    {"Reshape", CountView},
    {"Flatten", CountView},
    {"Squeeze", CountView},
    {"Unsqueeze", CountView},
    {"ExpandDims", CountView},
    {"Identity", CountView},
    {"Dropout", CountView},
    {"Shape", CountView},
    {"Size", CountView},
    {"Optional", CountView},
    {"OptionalGetElement", CountView},
    {"OptionalHasElement", CountView},
    {"Constant", CountNothing},
};

}  // namespace

std::span<const OperatorFamily> MemoryFamilies() { return kMemoryFamilies; }

}  // namespace dnncut
