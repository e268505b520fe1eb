// SPDX-License-Identifier: Apache-2.0
#include "tools/values/compare_values.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace dnncut {
namespace {

template <typename Number>
Value Tensor(DType dtype, const std::vector<Number>& numbers) {
  Value value;
  value.dtype = dtype;
  value.shape = {static_cast<int64_t>(numbers.size())};
  value.data.assign(reinterpret_cast<const char*>(numbers.data()),
                    numbers.size() * sizeof(Number));
  return value;
}

Value Floats(const std::vector<float>& numbers) {
  return Tensor(DType::kFloat32, numbers);
}

Value Strings(const std::vector<std::string>& strings) {
  Value value;
  value.dtype = DType::kString;
  value.shape = {static_cast<int64_t>(strings.size())};
  value.strings = strings;
  return value;
}

Value Sequence(const std::vector<Value>& elements) {
  Value value;
  value.kind = Value::Kind::kSequence;
  value.elements = elements;
  return value;
}

Comparison Compare(const Value& got, const Value& expected) {
  return CompareValues(got, expected, {});
}

float FloatOf(uint32_t bits) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(CompareValues, EqualValuesHaveNoError) {
  const Comparison same = Compare(Floats({1, -2, 0}), Floats({1, -2, 0}));
  EXPECT_TRUE(same.same_bits);
  EXPECT_TRUE(same.within);
  EXPECT_EQ(same.max_abs, 0);
  EXPECT_EQ(same.max_rel, 0);
  EXPECT_EQ(same.max_ulp, 0u);
  EXPECT_EQ(same.other, "");
}

TEST(CompareValues, NamesDoNotMatter) {
  Value named = Floats({1});
  named.name = "y";
  EXPECT_TRUE(Compare(named, Floats({1})).same_bits);
}

TEST(CompareValues, ErrorsAreThoseOfTheWorstElements) {
  const Comparison apart = Compare(Floats({1.5f, 8, 4}), Floats({1, 10, 4}));
  EXPECT_FALSE(apart.same_bits);
  EXPECT_FALSE(apart.within);
  EXPECT_EQ(apart.max_abs, 2);
  EXPECT_EQ(apart.max_rel, 0.5);
  EXPECT_EQ(apart.max_ulp, uint64_t{1} << 22);
}

TEST(CompareValues, AnExpectedZeroHasNoRelativeError) {
  const Comparison apart = Compare(Floats({1e-6f}), Floats({0}));
  EXPECT_TRUE(apart.within);
  EXPECT_EQ(apart.max_abs, double{1e-6f});
  EXPECT_EQ(apart.max_rel, 0);
}

TEST(CompareValues, ToleranceIsThatOfAllclose) {
  const Value expected = Floats({-1000});
  EXPECT_TRUE(CompareValues(Floats({-1001}), expected, {1e-3, 0}).within);
  EXPECT_FALSE(CompareValues(Floats({-1001.1f}), expected, {1e-3, 0}).within);
  EXPECT_TRUE(CompareValues(Floats({-1002}), expected, {1e-3, 1.0}).within);
  EXPECT_FALSE(CompareValues(Floats({-1000.5f}), expected, {0, 0}).within);
  EXPECT_TRUE(CompareValues(Floats({-1000.5f}), expected, {0, 0.5}).within);
}

TEST(CompareValues, UlpsCountAcrossZero) {
  const float least = std::numeric_limits<float>::denorm_min();
  EXPECT_EQ(Compare(Floats({least}), Floats({0})).max_ulp, 1u);
  EXPECT_EQ(Compare(Floats({least}), Floats({-least})).max_ulp, 2u);
  EXPECT_EQ(Compare(Floats({least}), Floats({3 * least})).max_ulp, 2u);
  EXPECT_EQ(Compare(Floats({std::nextafter(1.0f, 2.0f)}), Floats({1})).max_ulp,
            1u);
  EXPECT_EQ(Compare(Tensor<double>(DType::kFloat64, {-1.7976931348623157e308}),
                    Tensor<double>(DType::kFloat64, {1.7976931348623157e308}))
                .max_ulp,
            2 * uint64_t{0x7fefffffffffffff});
}

TEST(CompareValues, ZerosOfBothSignsDifferInBitsOnly) {
  const Comparison zeros = Compare(Floats({-0.0f}), Floats({0}));
  EXPECT_FALSE(zeros.same_bits);
  EXPECT_TRUE(zeros.within);
  EXPECT_EQ(zeros.max_ulp, 0u);
}

TEST(CompareValues, NanIsNanWhateverItsBits) {
  const Value other = Floats({FloatOf(0x7fc00001)});
  EXPECT_TRUE(Compare(Floats({kNan}), Floats({kNan})).same_bits);
  const Comparison payload = Compare(Floats({kNan}), other);
  EXPECT_FALSE(payload.same_bits);
  EXPECT_TRUE(payload.within);
  EXPECT_EQ(payload.max_abs, 0);
  for (const float number : {0.0f, kInf}) {
    const Comparison apart = Compare(Floats({kNan}), Floats({number}));
    EXPECT_FALSE(apart.within);
    EXPECT_TRUE(std::isinf(apart.max_abs));
  }
}

TEST(CompareValues, NothingButNanIsKnown) {
  EXPECT_TRUE(IsAllNan(Floats({kNan, kNan})));
  EXPECT_FALSE(IsAllNan(Floats({kNan, 0})));
  EXPECT_FALSE(IsAllNan(Floats({kInf})));
  EXPECT_FALSE(IsAllNan(Floats({})));
  EXPECT_TRUE(IsAllNan(Tensor<uint16_t>(DType::kFloat16, {0x7e00})));
  EXPECT_FALSE(IsAllNan(Tensor<uint16_t>(DType::kInt16, {0x7e00})));
  EXPECT_TRUE(IsAllNan(Tensor<double>(DType::kFloat64, {kNan})));
  EXPECT_TRUE(IsAllNan(Sequence({Floats({kNan}), Floats({kNan})})));
  EXPECT_FALSE(IsAllNan(Sequence({Floats({kNan}), Floats({1})})));
  EXPECT_FALSE(IsAllNan(Sequence({})));
}

TEST(CompareValues, InfinityIsTheSameInfinityOnly) {
  EXPECT_TRUE(Compare(Floats({-kInf}), Floats({-kInf})).within);
  EXPECT_FALSE(Compare(Floats({-kInf}), Floats({kInf})).within);
  EXPECT_FALSE(Compare(Floats({3e38f}), Floats({kInf})).within);
  EXPECT_FALSE(Compare(Floats({kInf}), Floats({3e38f})).within);
}

TEST(CompareValues, DoublesOverflowToInfinity) {
  const Comparison apart = Compare(Tensor<double>(DType::kFloat64, {1.7e308}),
                                   Tensor<double>(DType::kFloat64, {-1.7e308}));
  EXPECT_FALSE(apart.within);
  EXPECT_TRUE(std::isinf(apart.max_abs));
}

TEST(CompareValues, SixteenBitFloatsHaveATolerance) {
  const auto halves = [](uint16_t bits) {
    return Tensor<uint16_t>(DType::kFloat16, {bits});
  };
  // 1 and 1 + 8 / 1024.
  const Comparison near = Compare(halves(0x3c08), halves(0x3c00));
  EXPECT_TRUE(near.within);
  EXPECT_EQ(near.max_ulp, 8u);
  EXPECT_EQ(near.max_abs, 8.0 / 1024);
  EXPECT_FALSE(Compare(halves(0x3d00), halves(0x3c00)).within);
  EXPECT_FALSE(CompareValues(halves(0x3c08), halves(0x3c00), {1e-3, 0}).within);
  const auto brain = [](uint16_t bits) {
    return Tensor<uint16_t>(DType::kBfloat16, {bits});
  };
  EXPECT_TRUE(Compare(brain(0x3f81), brain(0x3f80)).within);
  EXPECT_EQ(Compare(brain(0x3f81), brain(0x3f80)).max_abs, 1.0 / 128);
  EXPECT_FALSE(Compare(brain(0x3f90), brain(0x3f80)).within);
}

template <typename Number>
void ExpectExact(DType dtype) {
  SCOPED_TRACE(DTypeName(dtype));
  const auto tensor = [&](Number number) {
    return Tensor<Number>(dtype, {number});
  };
  EXPECT_TRUE(Compare(tensor(7), tensor(7)).within);
  const Comparison apart = Compare(tensor(8), tensor(7));
  EXPECT_FALSE(apart.same_bits);
  EXPECT_EQ(apart.within, sizeof(Number) == 1);
  EXPECT_EQ(apart.max_abs, 1);
  EXPECT_FALSE(Compare(tensor(9), tensor(7)).within);
  // No tolerance that is given makes integers floating point.
  EXPECT_FALSE(CompareValues(tensor(9), tensor(7), {10.0, 10.0}).within);
}

TEST(CompareValues, IntegersAreExactButForQuantisedOnes) {
  ExpectExact<int8_t>(DType::kInt8);
  ExpectExact<uint8_t>(DType::kUint8);
  ExpectExact<int16_t>(DType::kInt16);
  ExpectExact<uint16_t>(DType::kUint16);
  ExpectExact<int32_t>(DType::kInt32);
  ExpectExact<uint32_t>(DType::kUint32);
  ExpectExact<int64_t>(DType::kInt64);
  ExpectExact<uint64_t>(DType::kUint64);
  const Comparison far = Compare(Tensor<int64_t>(DType::kInt64, {INT64_MIN}),
                                 Tensor<int64_t>(DType::kInt64, {INT64_MAX}));
  EXPECT_FALSE(far.within);
  EXPECT_DOUBLE_EQ(far.max_abs, std::ldexp(1.0, 64));
}

TEST(CompareValues, OtherTypesAreEqualOrNot) {
  for (const DType dtype : {DType::kBool, DType::kFloat8E4M3FN, DType::kInt4}) {
    const Value a = Tensor<uint8_t>(dtype, {0});
    const Value b = Tensor<uint8_t>(dtype, {1});
    EXPECT_TRUE(Compare(a, a).within);
    EXPECT_FALSE(Compare(a, b).within);
    EXPECT_FALSE(Compare(a, b).same_bits);
    EXPECT_NE(Compare(a, b).other, "");
  }
  EXPECT_TRUE(Compare(Strings({"a", ""}), Strings({"a", ""})).same_bits);
  EXPECT_EQ(Compare(Strings({"a", "b"}), Strings({"a", "c"})).other,
            "other strings");
}

TEST(CompareValues, ComplexNumbersAreTwoFloats) {
  const Value one = Tensor<float>(DType::kComplex64, {1, 2});
  EXPECT_TRUE(Compare(one, Tensor<float>(DType::kComplex64, {1, 2})).same_bits);
  EXPECT_EQ(Compare(one, Tensor<float>(DType::kComplex64, {1, 4})).max_abs, 2);
}

TEST(CompareValues, TypesAndShapesMustAgree) {
  const Comparison shape = Compare(Floats({1, 2}), Floats({1}));
  EXPECT_FALSE(shape.same_bits);
  EXPECT_FALSE(shape.within);
  EXPECT_EQ(shape.other, "float32[2] instead of float32[1]");
  Value column = Floats({1, 2});
  column.shape = {2, 1};
  EXPECT_FALSE(Compare(column, Floats({1, 2})).within);
  EXPECT_FALSE(
      Compare(Tensor<int32_t>(DType::kInt32, {0}), Floats({0})).within);
}

TEST(CompareValues, SequencesElementByElement) {
  const Value expected = Sequence({Floats({1}), Strings({"a"})});
  EXPECT_TRUE(Compare(expected, expected).same_bits);
  EXPECT_FALSE(Compare(Sequence({Floats({1})}), expected).within);
  const Comparison apart =
      Compare(Sequence({Floats({3}), Strings({"a"})}), expected);
  EXPECT_FALSE(apart.within);
  EXPECT_EQ(apart.max_abs, 2);
  EXPECT_EQ(Compare(Sequence({Floats({1}), Strings({"b"})}), expected).other,
            "other strings");
  Value map = expected;
  map.kind = Value::Kind::kMap;
  EXPECT_FALSE(Compare(map, expected).within);
}

TEST(CompareValues, NothingIsNothingOnly) {
  Value nothing;
  nothing.kind = Value::Kind::kNothing;
  EXPECT_TRUE(Compare(nothing, nothing).same_bits);
  EXPECT_FALSE(Compare(nothing, Floats({0})).within);
}

}  // namespace
}  // namespace dnncut
