// SPDX-License-Identifier: Apache-2.0
//
// How the counting of operations is divided: each *_costs.cc has a table of
// operators, with a function for each that counts its operations and bytes.
// CountOperation finds an operator's entry in these tables.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "compiler/model/graph.h"
#include "cost_models/operators/operation_cost.h"

namespace dnncut {

struct OperatorFamily {
  std::string_view op_type;
  OperationCost (*count)(const Operation& operation, int parameter);
  int parameter = 0;  // its meaning is said at the function `count`
};

// Of ONNX's domains and ONNX Runtime's; no op_type stands in two tables.
std::span<const OperatorFamily> AttentionFamilies();
std::span<const OperatorFamily> ElementwiseFamilies();
std::span<const OperatorFamily> MatrixFamilies();
std::span<const OperatorFamily> MemoryFamilies();
std::span<const OperatorFamily> MlFamilies();  // of ai.onnx.ml
std::span<const OperatorFamily> RecurrentFamilies();
std::span<const OperatorFamily> WindowFamilies();

// Takes `bytes` of the input at `position`, which the layer skips, out of what
// it reads.
void LeaveUnread(const Operation& operation, int position, int64_t bytes,
                 OperationCost* cost);

// For operators of no family: bound by memory, one operation per output
// element.
OperationCost CountUnknown(const Operation& operation);

// Sums and products of counts >= 0; kMaxCount when they would be larger.
int64_t SaturatingAdd(int64_t a, int64_t b);
int64_t SaturatingMul(int64_t a, int64_t b);

// 0 when something is unknown or it is no tensor.
int64_t Elements(const TensorType& type);
int64_t TensorBytes(const TensorType& type);

// The dim at `axis`, from the end when negative; 0 when it is unknown or there
// is none.
int64_t Dim(const TensorType& type, int axis);
int Rank(const TensorType& type);  // 0 when unknown

// An absent type beyond the last position.
const TensorType& Input(const Operation& operation, int position);
const TensorType& Output(const Operation& operation, int position);

int64_t IntAttribute(const Operation& operation, std::string_view name,
                     int64_t otherwise);
// The same for a number of things: never negative.
int64_t CountAttribute(const Operation& operation, std::string_view name,
                       int64_t otherwise);

// Of all inputs and outputs.
int64_t OutputElements(const Operation& operation);
int64_t InputBytes(const Operation& operation);
int64_t OutputBytes(const Operation& operation);
// Of the inputs that are constants.
int64_t ConstantBytes(const Operation& operation);

// The type in which arithmetic on such elements is done: int8 for both 8-bit
// integer types, float32 for an unknown one.
DType ComputeType(const TensorType& type);

// Reads all inputs and writes all outputs.
OperationCost MakeCost(const Operation& operation, OperatorClass operator_class,
                       DType dtype, int64_t operations);

}  // namespace dnncut
