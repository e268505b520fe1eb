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
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace dnncut {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// How elements are read: as `Number`, from `Stored`.
template <typename Number, typename StoredType = Number>
struct Plain {
  using Stored = StoredType;
  static Number Read(Stored stored) {
    Number number;
    static_assert(sizeof number == sizeof stored);
    std::memcpy(&number, &stored, sizeof number);
    return number;
  }
};

using Float32 = Plain<float, uint32_t>;
using Float64 = Plain<double, uint64_t>;

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

template <typename Type>
typename Type::Stored StoredAt(const std::string& data, size_t index) {
  typename Type::Stored stored;
  std::memcpy(&stored, data.data() + index * sizeof stored, sizeof stored);
  return stored;
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
    const auto a_bits = StoredAt<Type>(got.data, i);
    const auto b_bits = StoredAt<Type>(expected.data, i);
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
    const Number a = StoredAt<Plain<Number>>(got.data, i);
    const Number b = StoredAt<Plain<Number>>(expected.data, i);
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
  const double rtol_16 = tolerance.rtol.value_or(1e-2);
  const double atol_16 = tolerance.atol.value_or(1e-2);
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

template <typename Type>
bool AllNan(const Value& value) {
  const size_t count = value.data.size() / sizeof(typename Type::Stored);
  for (size_t i = 0; i < count; ++i) {
    if (!std::isnan(Type::Read(StoredAt<Type>(value.data, i)))) return false;
  }
  return count > 0;
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
  switch (value.dtype) {
    case DType::kFloat32:
      return AllNan<Float32>(value);
    case DType::kFloat64:
      return AllNan<Float64>(value);
    case DType::kFloat16:
      return AllNan<Half>(value);
    case DType::kBfloat16:
      return AllNan<Bfloat16>(value);
    default:
      return false;
  }
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

float HalfToFloat(uint16_t bits) {
  const int exponent = bits >> 10 & 0x1f;
  const int fraction = bits & 0x3ff;
  float magnitude = 0;
  if (exponent == 0x1f) {
    magnitude = fraction == 0 ? std::numeric_limits<float>::infinity()
                              : std::numeric_limits<float>::quiet_NaN();
  } else if (exponent == 0) {
    magnitude = std::ldexp(static_cast<float>(fraction), -24);
  } else {
    magnitude = std::ldexp(static_cast<float>(fraction + 0x400), exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

float Bfloat16ToFloat(uint16_t bits) {
  const uint32_t wide = uint32_t{bits} << 16;
  float value = 0;
  std::memcpy(&value, &wide, sizeof value);
  return value;
}

}  // namespace dnncut
