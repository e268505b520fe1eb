// SPDX-License-Identifier: Apache-2.0
//
// Computes small values that shapes depend on: constants, shapes, sizes, ranges
// and reductions here, operators on single elements in compute_elements.cc,
// operators that move elements in compute_moved.cc.
//
// An element is known only when it follows from known ones. Whatever is not
// certain (an unknown input, an overflow, an odd attribute, more elements than
// kMaxKnownElements) is no value, and that is always safe: the types then stay
// open where they might have been settled, but none becomes wrong.
#include "frontends/values/compute_values.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <tuple>

namespace dnncut {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::NodeProto;
using Inputs = std::vector<ValueInput>;
using Result = std::optional<KnownValue>;

const AttributeProto* FindAttribute(const NodeProto& node,
                                    std::string_view name) {
  for (const auto& attribute : node.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

int64_t IntAttribute(const NodeProto& node, std::string_view name,
                     int64_t otherwise) {
  const AttributeProto* attribute = FindAttribute(node, name);
  return attribute == nullptr ? otherwise : attribute->i();
}

Range ValueInput::Dim(size_t axis) const {
  if (shape[axis] >= 0) return {shape[axis], shape[axis]};
  const bool bounded = axis < upper_shape.size() && upper_shape[axis] >= 0;
  return {0, bounded ? upper_shape[axis] : INT64_MAX};
}

const KnownValue* ValueAt(const Inputs& inputs, size_t index) {
  return index < inputs.size() ? inputs[index].value : nullptr;
}

std::optional<KnownValue> ValueOrUnknown(const std::vector<ValueInput>& inputs,
                                         size_t index, DType dtype) {
  if (index >= inputs.size()) return std::nullopt;
  const ValueInput& input = inputs[index];
  if (input.value != nullptr) return *input.value;
  const auto count = input.has_shape ? SmallCount(input.shape) : std::nullopt;
  if (!count.has_value()) return std::nullopt;
  KnownValue value{dtype, input.shape, {}};
  value.elements.resize(static_cast<size_t>(*count));
  return value;
}

std::optional<std::vector<int64_t>> Integers(const KnownValue* value) {
  if (value == nullptr || !IsComplete(*value)) return std::nullopt;
  if (value->dtype != DType::kInt64 && value->dtype != DType::kInt32) {
    return std::nullopt;
  }
  std::vector<int64_t> integers;
  for (const KnownElement& element : value->elements) {
    integers.push_back(element.integer);
  }
  return integers;
}

std::optional<std::vector<int64_t>> InputOrAttribute(const NodeProto& node,
                                                     const Inputs& inputs,
                                                     size_t index,
                                                     std::string_view name,
                                                     bool* given) {
  *given = true;
  if (index < inputs.size() && inputs[index].present) {
    return Integers(inputs[index].value);
  }
  const AttributeProto* attribute = FindAttribute(node, name);
  *given = attribute != nullptr;
  if (attribute == nullptr) return std::vector<int64_t>();
  return std::vector<int64_t>(attribute->ints().begin(),
                              attribute->ints().end());
}

Result ComputeShape(const NodeProto& node, const Inputs& inputs) {
  if (inputs.size() != 1 || !inputs[0].has_shape) return std::nullopt;
  const int64_t rank = std::ssize(inputs[0].shape);
  int64_t start = IntAttribute(node, "start", 0);
  int64_t end = IntAttribute(node, "end", rank);
  start = std::clamp<int64_t>(start < 0 ? start + rank : start, 0, rank);
  end = std::clamp<int64_t>(end < 0 ? end + rank : end, 0, rank);
  KnownValue value;
  for (int64_t i = start; i < end; ++i) {
    value.elements.push_back(ElementIn(inputs[0].Dim(i)));
  }
  value.shape = {static_cast<int64_t>(value.elements.size())};
  return value;
}

Result ComputeSize(const NodeProto&, const Inputs& inputs) {
  if (inputs.size() != 1 || !inputs[0].has_shape) return std::nullopt;
  Range size{1, 1};
  for (size_t i = 0; i < inputs[0].shape.size(); ++i) {
    size = MultiplyRanges(size, inputs[0].Dim(i));
  }
  return KnownValue{DType::kInt64, {}, {ElementIn(size)}};
}

Result ComputeConstant(const NodeProto& node, const Inputs&) {
  for (const auto& attribute : node.attribute()) {
    const std::string& name = attribute.name();
    if (name == "value") return ValueOfTensor(attribute.t());
    if (name == "value_int") {
      return KnownValue{DType::kInt64, {}, {{true, attribute.i(), 0}}};
    }
    if (name == "value_float") {
      return KnownValue{DType::kFloat32, {}, {{true, 0, attribute.f()}}};
    }
    KnownValue value;
    if (name == "value_ints") {
      for (int64_t number : attribute.ints()) {
        value.elements.push_back({true, number, 0});
      }
    } else if (name == "value_floats") {
      value.dtype = DType::kFloat32;
      for (float number : attribute.floats()) {
        value.elements.push_back({true, 0, number});
      }
    } else {
      return std::nullopt;
    }
    value.shape = {static_cast<int64_t>(value.elements.size())};
    if (!SmallCount(value.shape).has_value()) return std::nullopt;
    return value;
  }
  return std::nullopt;
}

Result ComputeConstantOfShape(const NodeProto& node, const Inputs& inputs) {
  auto shape = Integers(ValueAt(inputs, 0));
  if (!shape.has_value()) return std::nullopt;
  auto count = SmallCount(*shape);
  if (!count.has_value()) return std::nullopt;
  KnownValue fill{DType::kFloat32, {}, {{true, 0, 0}}};
  const AttributeProto* attribute = FindAttribute(node, "value");
  if (attribute != nullptr) {
    Result value = ValueOfTensor(attribute->t());
    if (!value.has_value() || value->elements.size() != 1) return std::nullopt;
    fill = *value;
  }
  return KnownValue{
      fill.dtype, *shape,
      std::vector<KnownElement>(static_cast<size_t>(*count), fill.elements[0])};
}

Result ComputeRange(const NodeProto&, const Inputs& inputs) {
  std::vector<int64_t> ends;
  for (size_t i = 0; i < 3; ++i) {
    auto number = Integers(ValueAt(inputs, i));
    if (!number.has_value() || number->size() != 1) return std::nullopt;
    ends.push_back((*number)[0]);
  }
  constexpr int64_t kFar = int64_t{1} << 60;
  const auto [start, limit, step] = std::tuple(ends[0], ends[1], ends[2]);
  for (int64_t number : ends) {
    if (number > kFar || number < -kFar) return std::nullopt;
  }
  if (step == 0) return std::nullopt;
  const int64_t gap = step > 0 ? limit - start : start - limit;
  const int64_t stride = step > 0 ? step : -step;
  const int64_t count = gap <= 0 ? 0 : (gap + stride - 1) / stride;
  if (count > kMaxKnownElements) return std::nullopt;
  KnownValue result{inputs[0].value->dtype, {count}, {}};
  for (int64_t i = 0; i < count; ++i) {
    result.elements.push_back({true, start + i * step, 0});
  }
  return result;
}

// Reduces all elements of a vector to one; exporters compute products of dims
// this way.
Result ComputeReduce(const NodeProto& node, const Inputs& inputs) {
  const KnownValue* value = ValueAt(inputs, 0);
  bool given = false;
  auto axes = InputOrAttribute(node, inputs, 1, "axes", &given);
  if (value == nullptr || !axes.has_value() || value->shape.size() != 1 ||
      axes->size() > 1 || value->elements.empty() ||
      (value->dtype != DType::kInt64 && value->dtype != DType::kInt32)) {
    return std::nullopt;
  }
  if (axes->empty() && IntAttribute(node, "noop_with_empty_axes", 0) != 0) {
    return std::nullopt;
  }
  const std::string_view op = node.op_type() == "ReduceProd"  ? "Mul"
                              : node.op_type() == "ReduceSum" ? "Add"
                              : node.op_type() == "ReduceMax" ? "Max"
                                                              : "Min";
  Range total = RangeOf(value->elements[0]);
  for (size_t i = 1; i < value->elements.size(); ++i) {
    total = BinaryRange(op, total, RangeOf(value->elements[i]));
  }
  std::vector<int64_t> shape;
  if (IntAttribute(node, "keepdims", 1) != 0) shape = {1};
  return KnownValue{value->dtype, shape, {ElementIn(total)}};
}

// Exporters compute lists of indices with NonZero of a constant.
Result ComputeNonZero(const NodeProto&, const Inputs& inputs) {
  const KnownValue* value = ValueAt(inputs, 0);
  if (value == nullptr || !IsComplete(*value) || value->shape.size() != 1) {
    return std::nullopt;
  }
  KnownValue result;
  for (size_t i = 0; i < value->elements.size(); ++i) {
    const KnownElement& element = value->elements[i];
    if (element.integer == 0 && element.real == 0) continue;
    result.elements.push_back({true, static_cast<int64_t>(i), 0});
  }
  result.shape = {1, static_cast<int64_t>(result.elements.size())};
  return result;
}

}  // namespace dnncut
