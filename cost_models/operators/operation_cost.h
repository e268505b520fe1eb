// SPDX-License-Identifier: Apache-2.0
//
// How much work an operation is, whatever the machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "compiler/model/graph.h"

namespace dnncut {

enum class OperatorClass {
  kConvolution,
  kDepthwiseConvolution,
  kMatrixProduct,  // Gemm, MatMul, attention
  kRecurrent,
  kNormalization,
  kPooling,
  kElementwise,  // and whatever else is bound by memory
};

inline constexpr OperatorClass kOperatorClasses[] = {
    OperatorClass::kConvolution,   OperatorClass::kDepthwiseConvolution,
    OperatorClass::kMatrixProduct, OperatorClass::kRecurrent,
    OperatorClass::kNormalization, OperatorClass::kPooling,
    OperatorClass::kElementwise};

// "convolution", "depthwise-convolution", "matrix-product", ...
std::string_view OperatorClassName(OperatorClass operator_class);

std::optional<OperatorClass> FindOperatorClass(std::string_view name);

struct OperationCost {
  OperatorClass operator_class = OperatorClass::kElementwise;
  DType dtype = DType::kFloat32;  // in which it computes
  int64_t operations = 0;         // one multiply-accumulate is two
  int64_t bytes = 0;              // read and written, weights included
  int64_t weight_bytes = 0;       // those of `bytes` that are constants
  int64_t calls = 1;  // of kernels: more than one for bodies, 0 for none
};

// Sums and products saturate here rather than overflow.
inline constexpr int64_t kMaxCount = INT64_MAX / 4;

// Is it known what the operation computes, and all that its bodies hold? Else
// it is counted as reading and writing its tensors. Of ONNX's own operators
// those without a rule are elementwise or less, which is counted so rightly.
bool IsDefined(const Operation& operation);

// Unknown sizes count as nothing, and so does what is known before a run. The
// bodies of Loop, Scan and functions count as often as they run, once when only
// the data decides that; of the branches of an If the dearest counts (the
// largest operations, bytes and calls of any). Such a layer takes the class and
// type of the part with the most operations.
OperationCost CountOperation(const Operation& operation);

}  // namespace dnncut
