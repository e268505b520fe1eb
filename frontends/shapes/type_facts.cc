// SPDX-License-Identifier: Apache-2.0
#include "frontends/shapes/type_facts.h"

#include <algorithm>

#include "frontends/shapes/onnx_types.h"
#include "frontends/values/value_ranges.h"

namespace dnncut {

using ONNX_NAMESPACE::TensorShapeProto;
using ONNX_NAMESPACE::TypeProto;

bool IsSettled(const TypeProto& type) {
  if (type.value_case() == TypeProto::kTensorType) {
    return IsStatic(TypeFromOnnx(type));
  }
  if (type.value_case() == TypeProto::kSequenceType) {
    return IsSettled(type.sequence_type().elem_type());
  }
  if (type.value_case() == TypeProto::kOptionalType) {
    return IsSettled(type.optional_type().elem_type());
  }
  return type.value_case() != TypeProto::VALUE_NOT_SET;
}

TensorType LargestType(const Fact& fact) {
  return LargestType({.type = TypeFromOnnx(fact.type),
                      .upper_shape = fact.upper_shape,
                      .most_elements = fact.most_elements});
}

TypedTensor TypedOf(const Fact& fact) {
  return {TypeFromOnnx(fact.type), fact.upper_shape,
          fact.most_elements,      fact.blame,
          fact.constant,           fact.known};
}

TypeProto CommonType(const TypeProto& a, const TypeProto& b) {
  if (a.value_case() != b.value_case()) return {};
  TypeProto common;
  if (a.has_sequence_type()) {
    *common.mutable_sequence_type()->mutable_elem_type() = CommonType(
        a.sequence_type().elem_type(), b.sequence_type().elem_type());
    return common;
  }
  if (a.has_optional_type()) {
    *common.mutable_optional_type()->mutable_elem_type() = CommonType(
        a.optional_type().elem_type(), b.optional_type().elem_type());
    return common;
  }
  if (!a.has_tensor_type()) {
    return a.SerializeAsString() == b.SerializeAsString() ? a : common;
  }
  TensorType first = TypeFromOnnx(a);
  TensorType second = TypeFromOnnx(b);
  if (first.dtype != second.dtype) return {};
  if (!first.has_rank || !second.has_rank ||
      first.shape.size() != second.shape.size()) {
    first.has_rank = false;
    first.shape.clear();
    return TypeToOnnx(first);
  }
  for (size_t i = 0; i < first.shape.size(); ++i) {
    if (first.shape[i] != second.shape[i]) first.shape[i] = -1;
  }
  return TypeToOnnx(first);
}

std::vector<int64_t> CommonUpperShape(const Fact& a, const Fact& b) {
  const TensorType first = LargestType(a);
  const TensorType second = LargestType(b);
  if (!first.has_rank || !second.has_rank ||
      first.shape.size() != second.shape.size()) {
    return {};
  }
  std::vector<int64_t> upper(first.shape.size(), -1);
  for (size_t i = 0; i < upper.size(); ++i) {
    if (first.shape[i] < 0 || second.shape[i] < 0) continue;
    upper[i] = std::max(first.shape[i], second.shape[i]);
  }
  return upper;
}

bool IsSameType(const TypeProto& a, const TypeProto& b) {
  if (a.has_tensor_type() && b.has_tensor_type()) {
    return TypeFromOnnx(a) == TypeFromOnnx(b);
  }
  return a.SerializeAsString() == b.SerializeAsString();
}

void ForgetShape(TypeProto* type) {
  if (type->has_tensor_type()) type->mutable_tensor_type()->clear_shape();
  if (type->has_sequence_type()) {
    ForgetShape(type->mutable_sequence_type()->mutable_elem_type());
  }
  if (type->has_optional_type()) {
    ForgetShape(type->mutable_optional_type()->mutable_elem_type());
  }
}

namespace {

void ForgetNames(TensorShapeProto* shape) {
  for (auto& dim : *shape->mutable_dim()) {
    dim.clear_dim_param();
    dim.clear_denotation();
  }
}

// Those of dims and of what a type is for. protobuf bounds the depth.
void ForgetNames(TypeProto* type) {
  type->clear_denotation();
  if (type->has_tensor_type() && type->tensor_type().has_shape()) {
    ForgetNames(type->mutable_tensor_type()->mutable_shape());
  } else if (type->has_sparse_tensor_type() &&
             type->sparse_tensor_type().has_shape()) {
    ForgetNames(type->mutable_sparse_tensor_type()->mutable_shape());
  } else if (type->has_sequence_type()) {
    ForgetNames(type->mutable_sequence_type()->mutable_elem_type());
  } else if (type->has_optional_type()) {
    ForgetNames(type->mutable_optional_type()->mutable_elem_type());
  } else if (type->has_map_type()) {
    ForgetNames(type->mutable_map_type()->mutable_value_type());
  } else if (type->has_opaque_type()) {
    type->mutable_opaque_type()->Clear();
  }
}

}  // namespace

bool Sanitize(TypeProto* type) {
  ForgetNames(type);
  if (type->value_case() != TypeProto::kTensorType) return true;
  TensorType checked = TypeFromOnnx(*type);
  auto* tensor = type->mutable_tensor_type();
  if (!tensor->has_shape()) return true;
  if (!checked.has_rank) {
    tensor->clear_shape();
    return true;
  }
  bool fits = true;
  for (int i = 0; i < tensor->shape().dim_size(); ++i) {
    auto* dim = tensor->mutable_shape()->mutable_dim(i);
    if (checked.shape[i] >= 0 || !dim->has_dim_value()) continue;
    if (dim->dim_value() >= 0) fits = false;
    dim->clear_dim_value();
  }
  return fits;
}

const Fact* FindFact(const Scope& scope, const std::string& name) {
  for (const Scope* at = &scope; at != nullptr; at = at->outer) {
    auto found = at->facts.find(name);
    if (found != at->facts.end()) return &found->second;
  }
  return nullptr;
}

std::optional<int64_t> KnownScalar(const Fact* fact) {
  if (fact == nullptr || fact->value == nullptr) return std::nullopt;
  const KnownValue& value = *fact->value;
  if (value.elements.size() != 1 || !value.elements[0].known) {
    return std::nullopt;
  }
  return value.elements[0].integer;
}

int64_t LargestScalar(const Fact* fact) {
  if (fact == nullptr || fact->value == nullptr) return -1;
  const KnownValue& value = *fact->value;
  const bool scalar =
      value.elements.size() == 1 && value.dtype == DType::kInt64;
  const int64_t most = scalar ? RangeOf(value.elements[0]).most : INT64_MAX;
  return most >= INT32_MAX ? -1 : std::max<int64_t>(most, 0);
}

}  // namespace dnncut
