// SPDX-License-Identifier: Apache-2.0
//
// Computes operators that work element by element, as ONNX defines them, with
// broadcasting as in numpy.
//
// Integers are exact: an overflow, a division by zero, or a result that does
// not fit the type makes that one element unknown, and the others stay. Numbers
// of type float32 are computed as double and rounded at the end. A double has
// more than twice as many digits, so rounding twice gives what a float32
// operation gives. An element of the result is known only when all elements
// that it is made of are; with Where, only the condition and the chosen element
// count. Of an integer that is not known a range is computed (value_ranges).
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "frontends/values/compute_values.h"
#include "frontends/values/value_ranges.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::NodeProto;

bool IsReal(DType dtype) {
  return dtype == DType::kFloat32 || dtype == DType::kFloat64;
}

bool IsSupported(DType dtype) {
  return IsReal(dtype) || dtype == DType::kInt32 || dtype == DType::kInt64 ||
         dtype == DType::kBool;
}

// The element as a value of type `dtype`; unknown when it may not fit.
KnownElement Fit(DType dtype, KnownElement element) {
  if (IsReal(dtype) && !element.known) return {};
  if (dtype == DType::kFloat32) {
    // This is exactly the result of the operation on floats: a double has
    // enough digits that rounding to double first changes nothing.
    element.real = static_cast<float>(element.real);
  } else if (dtype == DType::kInt32) {
    const Range range = RangeOf(element);
    if (range.most > std::numeric_limits<int32_t>::max() ||
        range.least < std::numeric_limits<int32_t>::min()) {
      return {};
    }
  }
  return element;
}

KnownElement Integer(int64_t value) { return {true, value, 0}; }
KnownElement Real(double value) { return {true, 0, value}; }

KnownElement ModOf(int64_t a, int64_t b, bool like_c) {
  if (b == 0 || b == -1) return b == 0 ? KnownElement{} : Integer(0);
  int64_t rest = a % b;
  if (!like_c && rest != 0 && (rest < 0) != (b < 0)) rest += b;
  return Integer(rest);
}

KnownElement IntegerArithmetic(std::string_view op, int64_t a, int64_t b,
                               bool fmod) {
  int64_t result = 0;
  if (op == "Add" || op == "Sum") {
    if (__builtin_add_overflow(a, b, &result)) return {};
  } else if (op == "Sub") {
    if (__builtin_sub_overflow(a, b, &result)) return {};
  } else if (op == "Mul") {
    if (__builtin_mul_overflow(a, b, &result)) return {};
  } else if (op == "Div") {
    if (b == 0 || (b == -1 && a == std::numeric_limits<int64_t>::min())) {
      return {};
    }
    result = a / b;
  } else if (op == "Mod") {
    return ModOf(a, b, fmod);
  } else if (op == "Min") {
    result = std::min(a, b);
  } else if (op == "Max") {
    result = std::max(a, b);
  } else if (op == "And") {
    result = static_cast<int64_t>(a != 0 && b != 0);
  } else if (op == "Or") {
    result = static_cast<int64_t>(a != 0 || b != 0);
  } else {
    return {};
  }
  return Integer(result);
}

KnownElement RealArithmetic(std::string_view op, double a, double b) {
  if (op == "Add" || op == "Sum") return Real(a + b);
  if (op == "Sub") return Real(a - b);
  if (op == "Mul") return Real(a * b);
  if (op == "Div") return b == 0 ? KnownElement{} : Real(a / b);
  if (op == "Min") return Real(std::min(a, b));
  if (op == "Max") return Real(std::max(a, b));
  return {};
}

template <typename T>
KnownElement Comparison(std::string_view op, T a, T b) {
  if (op == "Equal") return Integer(static_cast<int64_t>(a == b));
  if (op == "Less") return Integer(static_cast<int64_t>(a < b));
  if (op == "LessOrEqual") return Integer(static_cast<int64_t>(a <= b));
  if (op == "Greater") return Integer(static_cast<int64_t>(a > b));
  return Integer(static_cast<int64_t>(a >= b));
}

bool IsComparison(std::string_view op) {
  return op == "Equal" || op == "Less" || op == "LessOrEqual" ||
         op == "Greater" || op == "GreaterOrEqual";
}

KnownElement Binary(std::string_view op, DType dtype, const KnownElement& a,
                    const KnownElement& b, bool fmod) {
  if (!a.known || !b.known) {
    if (IsReal(dtype)) return {};
    const DType result = IsComparison(op) ? DType::kBool : dtype;
    return Fit(result, ElementIn(BinaryRange(op, RangeOf(a), RangeOf(b))));
  }
  if (IsComparison(op)) {
    return IsReal(dtype) ? Comparison(op, a.real, b.real)
                         : Comparison(op, a.integer, b.integer);
  }
  return Fit(dtype, IsReal(dtype)
                        ? RealArithmetic(op, a.real, b.real)
                        : IntegerArithmetic(op, a.integer, b.integer, fmod));
}

KnownElement UnaryRange(std::string_view op, const Range& a) {
  if (op == "Not") return ElementIn(SubtractRanges({1, 1}, a));
  const Range negative = SubtractRanges({0, 0}, a);
  if (op == "Neg") return ElementIn(negative);
  return op == "Abs" ? ElementIn(BinaryRange("Max", a, negative))
                     : KnownElement{};
}

KnownElement Unary(std::string_view op, DType dtype, const KnownElement& a) {
  if (!a.known) {
    return IsReal(dtype) ? KnownElement{}
                         : Fit(dtype, UnaryRange(op, RangeOf(a)));
  }
  const bool real = IsReal(dtype);
  KnownElement result = a;
  if (op == "Neg" || (op == "Abs" && (a.integer < 0 || a.real < 0))) {
    result.real = -a.real;
    if (!real &&
        __builtin_sub_overflow(int64_t{0}, a.integer, &result.integer)) {
      return {};
    }
  } else if (op == "Not") {
    result.integer = static_cast<int64_t>(a.integer == 0);
  } else if (op == "Floor") {
    result.real = std::floor(a.real);
  } else if (op == "Ceil") {
    result.real = std::ceil(a.real);
  } else if (op == "Round") {
    result.real = std::nearbyint(a.real);
  } else if (op == "Sqrt") {
    result.real = std::sqrt(a.real);
  }
  return Fit(dtype, result);
}

KnownElement CastElement(DType from, DType to, const KnownElement& a) {
  if (!a.known && (IsReal(from) || IsReal(to) || to == DType::kBool)) return {};
  if (IsReal(from) == IsReal(to)) {
    if (to == DType::kBool) {
      return Integer(static_cast<int64_t>(a.integer != 0));
    }
    return Fit(to, a);
  }
  if (IsReal(to)) return Fit(to, Real(static_cast<double>(a.integer)));
  if (to == DType::kBool) return Integer(static_cast<int64_t>(a.real != 0));
  constexpr double kLimit = 9.0e18;
  if (!(a.real > -kLimit && a.real < kLimit)) return {};
  return Fit(to, Integer(static_cast<int64_t>(a.real)));
}

// The shape after broadcasting as in numpy; nullopt when the shapes do not fit.
std::optional<std::vector<int64_t>> Broadcast(const std::vector<int64_t>& a,
                                              const std::vector<int64_t>& b) {
  std::vector<int64_t> shape(std::max(a.size(), b.size()), 1);
  for (size_t i = 0; i < shape.size(); ++i) {
    int64_t left = i < a.size() ? a[a.size() - 1 - i] : 1;
    int64_t right = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (left != right && left != 1 && right != 1) return std::nullopt;
    shape[shape.size() - 1 - i] = left == 1 ? right : left;
  }
  if (!SmallCount(shape).has_value()) return std::nullopt;
  return shape;
}

// The element of `value` that stands at position `index` of a tensor of
// `shape`, to which the value's shape can be broadcast.
const KnownElement& At(const KnownValue& value,
                       const std::vector<int64_t>& shape, int64_t index) {
  int64_t offset = 0;
  int64_t stride = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    int64_t dim = shape[shape.size() - 1 - i];
    int64_t at = index % dim;
    index /= dim;
    if (i >= value.shape.size()) continue;
    int64_t own = value.shape[value.shape.size() - 1 - i];
    offset += (own == 1 ? 0 : at) * stride;
    stride *= own;
  }
  return value.elements[static_cast<size_t>(offset)];
}

std::optional<KnownValue> Zip(const KnownValue& a, const KnownValue& b,
                              DType result_dtype, const auto& combine) {
  auto shape = Broadcast(a.shape, b.shape);
  if (!shape.has_value()) return std::nullopt;
  KnownValue result{result_dtype, *shape, {}};
  int64_t count = *SmallCount(*shape);
  result.elements.reserve(static_cast<size_t>(count));
  if (a.shape == b.shape) {
    for (size_t i = 0; i < a.elements.size(); ++i) {
      result.elements.push_back(combine(a.elements[i], b.elements[i]));
    }
    return result;
  }
  for (int64_t i = 0; i < count; ++i) {
    result.elements.push_back(combine(At(a, *shape, i), At(b, *shape, i)));
  }
  return result;
}

}  // namespace

std::optional<KnownValue> ComputeBinary(const NodeProto& node,
                                        const std::vector<ValueInput>& inputs) {
  const auto known = std::find_if(
      inputs.begin(), inputs.end(),
      [](const ValueInput& input) { return input.value != nullptr; });
  // Shapes are computed from few numbers at a time.
  constexpr size_t kMostInputs = 64;
  if (known == inputs.end() || inputs.size() > kMostInputs) return std::nullopt;
  const std::string& op = node.op_type();
  const DType dtype = known->value->dtype;
  // One number that is known bounds a minimum or maximum with any others.
  const bool bounds = (op == "Min" || op == "Max") && !IsReal(dtype);
  const bool fmod = IntAttribute(node, "fmod", 0) != 0;
  std::optional<KnownValue> result;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].value == nullptr && !bounds) return std::nullopt;
    auto next = ValueOrUnknown(inputs, i, dtype);
    if (!next.has_value() || next->dtype != dtype) return std::nullopt;
    if (i > 0) {
      next = Zip(*result, *next, IsComparison(op) ? DType::kBool : dtype,
                 [&](const KnownElement& a, const KnownElement& b) {
                   return Binary(op, dtype, a, b, fmod);
                 });
    }
    if (!next.has_value()) return std::nullopt;
    result = std::move(next);
  }
  return result;
}

// The smaller of `max` and of the larger of `min` and an element; either may be
// absent.
std::optional<KnownValue> ComputeClip(const NodeProto&,
                                      const std::vector<ValueInput>& inputs) {
  constexpr std::string_view kSteps[] = {"", "Max", "Min"};
  const KnownValue* limit = ValueAt(inputs, 1);
  if (limit == nullptr) limit = ValueAt(inputs, 2);
  if (limit == nullptr || IsReal(limit->dtype)) return std::nullopt;
  const DType dtype = limit->dtype;
  std::optional<KnownValue> result = ValueOrUnknown(inputs, 0, dtype);
  if (!result.has_value()) return std::nullopt;
  for (size_t i = 1; i < inputs.size() && i < std::size(kSteps); ++i) {
    if (!inputs[i].present) continue;
    const auto other = ValueOrUnknown(inputs, i, dtype);
    if (!other.has_value() || other->dtype != result->dtype) {
      return std::nullopt;
    }
    result = Zip(*result, *other, dtype,
                 [&](const KnownElement& a, const KnownElement& b) {
                   return Binary(kSteps[i], dtype, a, b, false);
                 });
    if (!result.has_value()) return std::nullopt;
  }
  return result;
}

std::optional<KnownValue> ComputeUnary(const NodeProto& node,
                                       const std::vector<ValueInput>& inputs) {
  if (inputs.size() != 1 || inputs[0].value == nullptr) return std::nullopt;
  KnownValue result = *inputs[0].value;
  for (KnownElement& element : result.elements) {
    element = Unary(node.op_type(), result.dtype, element);
  }
  return result;
}

std::optional<KnownValue> ComputeCast(const NodeProto& node,
                                      const std::vector<ValueInput>& inputs) {
  if (inputs.empty() || inputs[0].value == nullptr) return std::nullopt;
  DType to = DTypeFromOnnx(static_cast<int32_t>(
      std::clamp<int64_t>(IntAttribute(node, "to", 0), 0, 1000)));
  if (!IsSupported(to)) return std::nullopt;
  KnownValue result = *inputs[0].value;
  DType from = std::exchange(result.dtype, to);
  for (KnownElement& element : result.elements) {
    element = CastElement(from, to, element);
  }
  return result;
}

std::optional<KnownValue> ComputeWhere(const NodeProto&,
                                       const std::vector<ValueInput>& inputs) {
  if (inputs.size() != 3 || inputs[1].value == nullptr ||
      inputs[2].value == nullptr) {
    return std::nullopt;
  }
  // Whatever chooses, it is one of the two.
  const auto choices = ValueOrUnknown(inputs, 0, DType::kBool);
  if (!choices.has_value()) return std::nullopt;
  const KnownValue& condition = *choices;
  const KnownValue& yes = *inputs[1].value;
  const KnownValue& no = *inputs[2].value;
  if (yes.dtype != no.dtype) return std::nullopt;
  auto branches = Broadcast(yes.shape, no.shape);
  if (!branches.has_value()) return std::nullopt;
  auto shape = Broadcast(condition.shape, *branches);
  if (!shape.has_value()) return std::nullopt;
  KnownValue result{yes.dtype, *shape, {}};
  int64_t count = *SmallCount(*shape);
  for (int64_t i = 0; i < count; ++i) {
    const KnownElement& chosen = At(condition, *shape, i);
    const KnownElement& if_true = At(yes, *shape, i);
    const KnownElement& if_false = At(no, *shape, i);
    if (chosen.known) {
      result.elements.push_back(chosen.integer != 0 ? if_true : if_false);
    } else if (IsReal(yes.dtype)) {
      result.elements.emplace_back();
    } else {
      result.elements.push_back(
          ElementIn(EitherRange(RangeOf(if_true), RangeOf(if_false))));
    }
  }
  return result;
}

}  // namespace dnncut
