// SPDX-License-Identifier: Apache-2.0
//
// Equal bytes are equal. Otherwise numbers are read as what they are and
// compared one by one: NaN equals NaN, an infinity equals only itself, integers
// of one byte may differ by 1 (they are rounded results of floats), wider
// integers by nothing, and floats by the tolerance of their width. The distance
// in units in the last place is counted on the integers that order floats as
// their values do.
#include "tools/values/compare_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "compiler/model/tensor_data.h"

namespace dnncut {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// How floats are read, from `Stored`.
struct Float32 {
  using Stored = uint32_t;
  static float Read(Stored stored) { return std::bit_cast<float>(stored); }
};

struct Float64 {
  using Stored = uint64_t;
  static double Read(Stored stored) { return std::bit_cast<double>(stored); }
};

struct Half {
  using Stored = uint16_t;
  static float Read(Stored stored) { return HalfToFloat(stored); }
};

struct Bfloat16 {
  using Stored = uint16_t;
  static float Read(Stored stored) { return Bfloat16ToFloat(stored); }
};

// Units in the last place between two floats, given as their bits. Sign and
// magnitude become one ascending line, on which both zeros are the same point.
template <typename Bits>
uint64_t UlpsBetween(Bits a, Bits b) {
  constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
  const auto magnitude = [](Bits bits) {
    return static_cast<uint64_t>(bits & static_cast<Bits>(~kSign));
  };
  const bool same_sign = ((a ^ b) & kSign) == 0;
  // Two magnitudes of 63 bits add up to less than 2^64.
  if (!same_sign) return magnitude(a) + magnitude(b);
  return std::max(magnitude(a), magnitude(b)) -
         std::min(magnitude(a), magnitude(b));
}

void AddError(double absolute, double expected, Comparison* comparison) {
  comparison->max_abs = std::max(comparison->max_abs, absolute);
  if (expected != 0) {
    const double relative =
        std::isinf(absolute) ? kInfinity : absolute / std::fabs(expected);
    comparison->max_rel = std::max(comparison->max_rel, relative);
  }
}

template <typename Type>
void CompareFloats(const Value& got, const Value& expected, double rtol,
                   double atol, Comparison* comparison) {
  const size_t count = got.data.size() / sizeof(typename Type::Stored);
  for (size_t i = 0; i < count; ++i) {
    const auto a_bits = ElementAt<typename Type::Stored>(got.data, i);
    const auto b_bits = ElementAt<typename Type::Stored>(expected.data, i);
    if (a_bits == b_bits) continue;
    const double a = Type::Read(a_bits);
    const double b = Type::Read(b_bits);
    if (std::isnan(a) && std::isnan(b)) continue;
    if (!std::isfinite(a) || !std::isfinite(b)) {
      AddError(kInfinity, 1, comparison);
      comparison->max_ulp = std::numeric_limits<uint64_t>::max();
      comparison->within = false;
      continue;
    }
    // Only float64 can overflow here, and then it is beyond any tolerance.
    const double absolute = std::fabs(a - b);
    AddError(absolute, b, comparison);
    comparison->max_ulp =
        std::max(comparison->max_ulp, UlpsBetween(a_bits, b_bits));
    if (!(absolute <= atol + rtol * std::fabs(b))) comparison->within = false;
  }
}

template <typename Number>
void CompareIntegers(const Value& got, const Value& expected,
                     Comparison* comparison) {
  const int64_t slack = sizeof(Number) == 1 ? 1 : 0;
  for (size_t i = 0; i < got.data.size() / sizeof(Number); ++i) {
    const Number a = ElementAt<Number>(got.data, i);
    const Number b = ElementAt<Number>(expected.data, i);
    if (a == b) continue;
    const __int128 difference = static_cast<__int128>(a) - b;
    const __int128 absolute = difference < 0 ? -difference : difference;
    AddError(static_cast<double>(absolute), static_cast<double>(b), comparison);
    if (absolute > slack) comparison->within = false;
  }
}

void CompareNumbers(const Value& got, const Value& expected,
                    const Tolerance& tolerance, Comparison* comparison) {
  const double rtol = tolerance.rtol.value_or(1e-3);
  const double atol = tolerance.atol.value_or(1e-5);
  const double rtol_16 = tolerance.rtol.value_or(kSixteenBitTolerance);
  const double atol_16 = tolerance.atol.value_or(kSixteenBitTolerance);
  switch (got.dtype) {
    case DType::kFloat32:
    case DType::kComplex64:
      return CompareFloats<Float32>(got, expected, rtol, atol, comparison);
    case DType::kFloat64:
    case DType::kComplex128:
      return CompareFloats<Float64>(got, expected, rtol, atol, comparison);
    case DType::kFloat16:
      return CompareFloats<Half>(got, expected, rtol_16, atol_16, comparison);
    case DType::kBfloat16:
      return CompareFloats<Bfloat16>(got, expected, rtol_16, atol_16,
                                     comparison);
    case DType::kInt8:
      return CompareIntegers<int8_t>(got, expected, comparison);
    case DType::kUint8:
      return CompareIntegers<uint8_t>(got, expected, comparison);
    case DType::kInt16:
      return CompareIntegers<int16_t>(got, expected, comparison);
    case DType::kUint16:
      return CompareIntegers<uint16_t>(got, expected, comparison);
    case DType::kInt32:
      return CompareIntegers<int32_t>(got, expected, comparison);
    case DType::kUint32:
      return CompareIntegers<uint32_t>(got, expected, comparison);
    case DType::kInt64:
      return CompareIntegers<int64_t>(got, expected, comparison);
    case DType::kUint64:
      return CompareIntegers<uint64_t>(got, expected, comparison);
    default:
      comparison->other =
          fmt::format("other values of {}", DTypeName(got.dtype));
  }
}

void CompareTensors(const Value& got, const Value& expected,
                    const Tolerance& tolerance, Comparison* comparison) {
  if (got.dtype != expected.dtype || got.shape != expected.shape ||
      got.data.size() != expected.data.size() ||
      got.strings.size() != expected.strings.size()) {
    comparison->other = fmt::format("{} instead of {}", DescribeValue(got),
                                    DescribeValue(expected));
  } else if (got.strings != expected.strings) {
    comparison->other = "other strings";
  } else if (got.data != expected.data) {
    comparison->same_bits = false;
    CompareNumbers(got, expected, tolerance, comparison);
  }
}

}  // namespace

Comparison CompareValues(const Value& got, const Value& expected,
                         const Tolerance& tolerance) {
  Comparison comparison;
  if (got.kind != expected.kind ||
      got.elements.size() != expected.elements.size()) {
    comparison.other = fmt::format("{} instead of {}", DescribeValue(got),
                                   DescribeValue(expected));
  } else if (got.kind == Value::Kind::kTensor) {
    CompareTensors(got, expected, tolerance, &comparison);
  }
  if (!comparison.other.empty()) {
    comparison.same_bits = false;
    comparison.within = false;
    return comparison;
  }
  for (size_t i = 0; i < got.elements.size(); ++i) {
    comparison = Combine(
        comparison,
        CompareValues(got.elements[i], expected.elements[i], tolerance));
  }
  return comparison;
}

Comparison Combine(const Comparison& a, const Comparison& b) {
  Comparison worst;
  worst.same_bits = a.same_bits && b.same_bits;
  worst.within = a.within && b.within;
  worst.max_abs = std::max(a.max_abs, b.max_abs);
  worst.max_rel = std::max(a.max_rel, b.max_rel);
  worst.max_ulp = std::max(a.max_ulp, b.max_ulp);
  worst.other = a.other.empty() ? b.other : a.other;
  return worst;
}

bool IsAllNan(const Value& value) {
  if (value.kind != Value::Kind::kTensor) {
    return !value.elements.empty() &&
           std::all_of(value.elements.begin(), value.elements.end(), IsAllNan);
  }
  // No other number is NaN.
  const auto width = static_cast<size_t>(BitsOf(value.dtype)) / 8;
  const size_t count = width == 0 ? 0 : value.data.size() / width;
  for (size_t i = 0; i < count; ++i) {
    const auto number = NumberAt(value.dtype, value.data, i);
    if (!number || !std::isnan(*number)) return false;
  }
  return count > 0;
}

bool IsOneNumber(const Value& value) {
  constexpr size_t kFewest = 8;
  const size_t width = static_cast<size_t>(BitsOf(value.dtype)) / 8;
  if (value.kind != Value::Kind::kTensor || width == 0) return false;
  const std::string& data = value.data;
  // Each element is that before it.
  return data.size() >= kFewest * width &&
         std::equal(data.begin() + static_cast<std::ptrdiff_t>(width),
                    data.end(), data.begin());
}

}  // namespace dnncut
