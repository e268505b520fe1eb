// SPDX-License-Identifier: Apache-2.0
//
// How much work an operation is, whatever the machine.
#pragma once

#include <cstdint>
#include <string_view>

#include "compiler/graph.h"

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
std::string_view OperatorClassName(OperatorClass operator_class);

struct OperationCost {
  OperatorClass operator_class = OperatorClass::kElementwise;
  DType dtype = DType::kFloat32;  // in which it computes
  int64_t operations = 0;  // one multiply-accumulate is two
  int64_t bytes = 0;       // read and written, weights included
};

// Saturates at a quarter of INT64_MAX rather than overflow. Unknown sizes count
// as nothing.
OperationCost CountOperation(const Operation& operation);

}  // namespace dnncut
