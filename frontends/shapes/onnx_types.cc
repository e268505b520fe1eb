// SPDX-License-Identifier: Apache-2.0
#include "frontends/shapes/onnx_types.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontends/read/limits.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::TensorShapeProto;
using ONNX_NAMESPACE::TypeProto;

constexpr int64_t kUnknownDim = -1;

// Elements of up to 128 bits must not overflow an int64 number of bits.
bool FitsInMemory(const std::vector<int64_t>& shape) {
  int64_t bits = 128;
  for (int64_t dim : shape) {
    if (dim > 0 && __builtin_mul_overflow(bits, dim, &bits)) return false;
  }
  return true;
}

void SetShape(const TensorShapeProto& shape, TensorType* type) {
  if (shape.dim_size() > kMaxRank) return;
  type->has_rank = true;
  for (const auto& dim : shape.dim()) {
    bool known = dim.has_dim_value() && dim.dim_value() >= 0;
    type->shape.push_back(known ? dim.dim_value() : kUnknownDim);
  }
  if (!FitsInMemory(type->shape)) {
    std::fill(type->shape.begin(), type->shape.end(), kUnknownDim);
  }
}

}  // namespace

TensorType TypeFromOnnx(const TypeProto& type) {
  TensorType result;
  if (type.value_case() == TypeProto::VALUE_NOT_SET) return result;
  if (type.value_case() != TypeProto::kTensorType) {
    result.kind = TensorType::Kind::kOther;
    return result;
  }
  result.kind = TensorType::Kind::kTensor;
  result.dtype = DTypeFromOnnx(type.tensor_type().elem_type());
  if (type.tensor_type().has_shape()) {
    SetShape(type.tensor_type().shape(), &result);
  }
  return result;
}

TypeProto TypeToOnnx(const TensorType& type) {
  TypeProto result;
  if (type.kind != TensorType::Kind::kTensor) return result;
  auto* tensor = result.mutable_tensor_type();
  tensor->set_elem_type(static_cast<int32_t>(type.dtype));
  if (!type.has_rank) return result;
  auto* shape = tensor->mutable_shape();
  for (int64_t dim : type.shape) {
    auto* added = shape->add_dim();
    if (dim >= 0) added->set_dim_value(dim);
  }
  return result;
}

TensorType TypeOfTensor(const ONNX_NAMESPACE::TensorProto& tensor) {
  TensorType type;
  type.kind = TensorType::Kind::kTensor;
  type.dtype = DTypeFromOnnx(tensor.data_type());
  type.has_rank = true;
  type.shape.assign(tensor.dims().begin(), tensor.dims().end());
  ElementCount(type.shape, fmt::format("tensor '{}'", tensor.name()));
  return type;
}

bool Contradict(const TensorType& a, const TensorType& b) {
  if (a.kind == TensorType::Kind::kUnknown ||
      b.kind == TensorType::Kind::kUnknown) {
    return false;
  }
  if (a.kind != b.kind) return true;
  if (a.dtype != b.dtype && a.dtype != DType::kUndefined &&
      b.dtype != DType::kUndefined) {
    return true;
  }
  if (!a.has_rank || !b.has_rank) return false;
  if (a.shape.size() != b.shape.size()) return true;
  for (size_t i = 0; i < a.shape.size(); ++i) {
    if (a.shape[i] != b.shape[i] && a.shape[i] >= 0 && b.shape[i] >= 0) {
      return true;
    }
  }
  return false;
}

TensorType MergeTypes(const TensorType& better, const TensorType& other) {
  if (better.kind == TensorType::Kind::kUnknown) return other;
  if (other.kind != TensorType::Kind::kTensor || Contradict(better, other)) {
    return better;
  }
  TensorType merged = better;
  if (merged.dtype == DType::kUndefined) merged.dtype = other.dtype;
  if (!merged.has_rank) {
    merged.has_rank = other.has_rank;
    merged.shape = other.shape;
  } else if (other.has_rank) {
    for (size_t i = 0; i < merged.shape.size(); ++i) {
      merged.shape[i] = std::max(merged.shape[i], other.shape[i]);
    }
  }
  return merged;
}

std::string TypeName(const TensorType& type) {
  if (type.kind == TensorType::Kind::kOther) {
    return "a sequence, map or optional";
  }
  if (type.kind != TensorType::Kind::kTensor) return "an unknown type";
  if (!type.has_rank)
    return fmt::format("{} of any shape", DTypeName(type.dtype));
  std::string dims;
  for (int64_t dim : type.shape) {
    if (!dims.empty()) dims += ',';
    dims += dim < 0 ? "?" : fmt::to_string(dim);
  }
  return fmt::format("{}[{}]", DTypeName(type.dtype), dims);
}

}  // namespace dnncut
