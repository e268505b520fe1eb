// SPDX-License-Identifier: Apache-2.0
#include "cost_models/operators/operator_family.h"

#include <algorithm>
#include <string>

namespace dnncut {

int64_t SaturatingAdd(int64_t a, int64_t b) {
  return std::min(kMaxCount, std::min(a, kMaxCount) + std::min(b, kMaxCount));
}

int64_t SaturatingMul(int64_t a, int64_t b) {
  int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return kMaxCount;
  return std::min(kMaxCount, product);
}

int64_t Elements(const TensorType& type) {
  if (type.most_elements >= 0) return std::min(kMaxCount, type.most_elements);
  if (type.kind != TensorType::Kind::kTensor || !type.has_rank) return 0;
  int64_t count = 1;
  for (int64_t dim : type.shape) {
    // An unknown or empty dim makes the count 0, even where the other dims
    // would make it saturate.
    if (dim <= 0) return 0;
    count = SaturatingMul(count, dim);
  }
  return count;
}

int64_t TensorBytes(const TensorType& type) {
  const int64_t bits = SaturatingMul(Elements(type), BitsOf(type.dtype));
  return bits / 8 + (bits % 8 != 0 ? 1 : 0);
}

int Rank(const TensorType& type) {
  return type.has_rank ? static_cast<int>(type.shape.size()) : 0;
}

int64_t Dim(const TensorType& type, int axis) {
  const int rank = Rank(type);
  if (axis < 0) axis += rank;
  if (axis < 0 || axis >= rank) return 0;
  return std::max<int64_t>(0, type.shape[axis]);
}

namespace {

const TensorType& At(const std::vector<OperandType>& types, int position) {
  static const TensorType kNone = [] {
    TensorType type;
    type.kind = TensorType::Kind::kAbsent;
    return type;
  }();
  if (position < 0 || position >= static_cast<int>(types.size())) return kNone;
  return types[position];
}

int64_t SumBytes(const std::vector<OperandType>& types) {
  int64_t sum = 0;
  for (const TensorType& type : types) {
    sum = SaturatingAdd(sum, TensorBytes(type));
  }
  return sum;
}

}  // namespace

const TensorType& Input(const Operation& operation, int position) {
  return At(operation.inputs, position);
}

const TensorType& Output(const Operation& operation, int position) {
  return At(operation.outputs, position);
}

int64_t IntAttribute(const Operation& operation, std::string_view name,
                     int64_t otherwise) {
  const auto it = operation.ints.find(std::string(name));
  if (it == operation.ints.end() || it->second.empty()) return otherwise;
  return it->second.front();
}

int64_t CountAttribute(const Operation& operation, std::string_view name,
                       int64_t otherwise) {
  return std::max<int64_t>(0, IntAttribute(operation, name, otherwise));
}

int64_t OutputElements(const Operation& operation) {
  int64_t sum = 0;
  for (const TensorType& type : operation.outputs) {
    sum = SaturatingAdd(sum, Elements(type));
  }
  return sum;
}

int64_t InputBytes(const Operation& operation) {
  return SumBytes(operation.inputs);
}

int64_t ConstantBytes(const Operation& operation) {
  int64_t sum = 0;
  const size_t count =
      std::min(operation.inputs.size(), operation.constant_inputs.size());
  for (size_t i = 0; i < count; ++i) {
    if (!operation.constant_inputs[i]) continue;
    sum = SaturatingAdd(sum, TensorBytes(operation.inputs[i]));
  }
  return sum;
}

int64_t OutputBytes(const Operation& operation) {
  return SumBytes(operation.outputs);
}

DType ComputeType(const TensorType& type) {
  if (type.dtype == DType::kUint8) return DType::kInt8;
  if (BitsOf(type.dtype) == 0) return DType::kFloat32;
  return type.dtype;
}

OperationCost MakeCost(const Operation& operation, OperatorClass operator_class,
                       DType dtype, int64_t operations) {
  return {.operator_class = operator_class,
          .dtype = dtype,
          .operations = operations,
          .bytes = SaturatingAdd(InputBytes(operation), OutputBytes(operation)),
          .weight_bytes = ConstantBytes(operation),
          .calls = 1};
}

void LeaveUnread(const Operation& operation, int position, int64_t bytes,
                 OperationCost* cost) {
  cost->bytes = std::max<int64_t>(0, cost->bytes - bytes);
  const bool is_weight =
      position < std::ssize(operation.constant_inputs) &&
      operation.constant_inputs[static_cast<size_t>(position)];
  if (is_weight) cost->weight_bytes -= bytes;
  cost->weight_bytes = std::clamp<int64_t>(cost->weight_bytes, 0, cost->bytes);
}

OperationCost CountUnknown(const Operation& operation) {
  return MakeCost(operation, OperatorClass::kElementwise,
                  ComputeType(Output(operation, 0)), OutputElements(operation));
}

}  // namespace dnncut
