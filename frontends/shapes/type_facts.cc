// SPDX-License-Identifier: Apache-2.0
#include "frontends/shapes/type_facts.h"

#include "frontends/shapes/onnx_types.h"

namespace dnncut {

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

bool Sanitize(TypeProto* type) {
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
  if (fact == nullptr || !fact->value.has_value()) return std::nullopt;
  const KnownValue& value = *fact->value;
  if (value.elements.size() != 1 || !value.elements[0].known) {
    return std::nullopt;
  }
  return value.elements[0].integer;
}

}  // namespace dnncut
