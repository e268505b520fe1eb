// SPDX-License-Identifier: Apache-2.0
#include "frontends/shapes/rule_ranges.h"

#include <algorithm>
#include <numeric>

#include "frontends/shapes/onnx_types.h"
#include "frontends/shapes/operator_rules.h"
#include "frontends/values/compute_values.h"

namespace dnncut {
namespace {

// Of a dim to which dims of such sizes are broadcast. They are all 1 or of one
// size, which is that of any dim that is larger than 1.
Range BroadcastDim(const Ranges& dims) {
  Range result = dims.front();
  for (const Range& dim : dims) {
    if (dim.least > 1) return dim;
    result = EitherRange(result, dim);
  }
  return result;
}

}  // namespace

Range SizeIn(const Range& range) {
  if (range.most < 0) return kAnySize;
  return {std::max<int64_t>(range.least, 0), std::max<int64_t>(range.most, 0)};
}

Range SmallerOf(const Range& a, const Range& b) {
  return BinaryRange("Min", a, b);
}

std::optional<Ranges> DimRanges(const Fact& fact) {
  const TensorType type = TypeFromOnnx(fact.type);
  if (!type.has_rank) return std::nullopt;
  const ValueInput input{
      .has_shape = true, .shape = type.shape, .upper_shape = fact.upper_shape};
  Ranges dims;
  for (size_t i = 0; i < type.shape.size(); ++i) dims.push_back(input.Dim(i));
  return dims;
}

std::optional<Ranges> InputDims(const NodeRun& run, size_t input) {
  if (input >= run.inputs.size() || run.inputs[input] == nullptr) {
    return std::nullopt;
  }
  return DimRanges(*run.inputs[input]);
}

Range InputElements(const NodeRun& run, size_t input) {
  const auto dims = InputDims(run, input);
  Range elements = dims.has_value() ? SizeIn(Product(*dims)) : kAnySize;
  if (input >= run.inputs.size() || run.inputs[input] == nullptr) {
    return elements;
  }
  const int64_t most = run.inputs[input]->most_elements;
  if (most >= 0) elements.most = std::min(elements.most, most);
  return elements;
}

std::optional<Ranges> InputValues(const NodeRun& run, size_t input) {
  if (input >= run.inputs.size() || run.inputs[input] == nullptr) {
    return std::nullopt;
  }
  const Fact& fact = *run.inputs[input];
  Ranges values;
  if (fact.value != nullptr) {
    const DType dtype = fact.value->dtype;
    if (dtype != DType::kInt64 && dtype != DType::kInt32) return std::nullopt;
    for (const KnownElement& element : fact.value->elements) {
      values.push_back(RangeOf(element));
    }
    return values;
  }
  const TensorType type = InputType(run, input);
  const auto count = type.has_rank ? SmallCount(type.shape) : std::nullopt;
  if (!count.has_value()) return std::nullopt;
  values.resize(static_cast<size_t>(*count));
  return values;
}

std::optional<Ranges> ValuesOf(const NodeRun& run, size_t input,
                               std::string_view attribute) {
  if (HasInput(run, static_cast<int>(input))) return InputValues(run, input);
  const auto* given = FindAttribute(*run.node, attribute);
  if (given == nullptr) return std::nullopt;
  Ranges values;
  for (const int64_t number : given->ints()) values.push_back(Exactly(number));
  return values;
}

std::optional<std::vector<int64_t>> NumbersOf(const NodeRun& run, size_t input,
                                              std::string_view attribute) {
  const auto values = ValuesOf(run, input, attribute);
  if (!values.has_value()) return std::nullopt;
  std::vector<int64_t> numbers;
  for (const Range& value : *values) {
    if (!value.IsOne()) return std::nullopt;
    numbers.push_back(value.least);
  }
  return numbers;
}

std::optional<Range> OneValue(const NodeRun& run, size_t input) {
  const auto values = InputValues(run, input);
  if (!values.has_value() || values->size() != 1) return std::nullopt;
  return values->front();
}

std::optional<size_t> NormalAxis(int64_t axis, size_t rank) {
  if (axis < 0) axis += static_cast<int64_t>(rank);
  if (axis < 0 || axis >= static_cast<int64_t>(rank)) return std::nullopt;
  return static_cast<size_t>(axis);
}

std::optional<size_t> AxisOf(const NodeRun& run, int64_t otherwise,
                             size_t rank) {
  return NormalAxis(IntAttribute(*run.node, "axis", otherwise), rank);
}

Range Product(const Ranges& factors) {
  return std::accumulate(factors.begin(), factors.end(), Exactly(1),
                         MultiplyRanges);
}

Range Sum(const Range& a, const Range& b) { return SizeIn(AddRanges(a, b)); }

Ranges Broadcast(const std::vector<Ranges>& shapes) {
  size_t rank = 0;
  for (const Ranges& shape : shapes) rank = std::max(rank, shape.size());
  Ranges result(rank);
  for (size_t i = 0; i < rank; ++i) {
    Ranges dims;
    for (const Ranges& shape : shapes) {
      if (i < shape.size()) dims.push_back(shape[shape.size() - 1 - i]);
    }
    if (dims.size() < shapes.size()) dims.push_back(Exactly(1));
    result[rank - 1 - i] = BroadcastDim(dims);
  }
  return result;
}

}  // namespace dnncut
