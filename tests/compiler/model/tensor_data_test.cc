// SPDX-License-Identifier: Apache-2.0
#include "compiler/model/tensor_data.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace dnncut {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(TensorData, EveryHalfIsConvertedExactly) {
  EXPECT_EQ(HalfToFloat(0x3c00), 1.0f);
  EXPECT_EQ(HalfToFloat(0xc000), -2.0f);
  EXPECT_EQ(HalfToFloat(0x7bff), 65504.0f);
  EXPECT_EQ(HalfToFloat(0x0001), std::ldexp(1.0f, -24));
  EXPECT_EQ(HalfToFloat(0x03ff), std::ldexp(1023.0f, -24));
  EXPECT_EQ(HalfToFloat(0x0400), std::ldexp(1.0f, -14));
  EXPECT_EQ(HalfToFloat(0xfc00), -kInfinity);
  EXPECT_TRUE(std::isnan(HalfToFloat(0x7c01)));
  EXPECT_TRUE(std::signbit(HalfToFloat(0x8000)));
  for (int bits = 1; bits < 0x7c00; ++bits) {
    const float number = HalfToFloat(static_cast<uint16_t>(bits));
    EXPECT_LT(HalfToFloat(static_cast<uint16_t>(bits - 1)), number);
    if (bits >= 0x400) {
      EXPECT_EQ(HalfFromDouble(number), bits);
      EXPECT_EQ(HalfFromDouble(-number), bits | 0x8000);
    }
  }
  EXPECT_EQ(Bfloat16ToFloat(0xbf80), -1.0f);
  EXPECT_EQ(Bfloat16ToFloat(0x7f80), kInfinity);
}

// typed_data_test.cc has the fields of every type.
TEST(TensorData, RawDataIsThatOfTheFieldOfTheType) {
  ONNX_NAMESPACE::TensorProto tensor;
  tensor.set_data_type(ONNX_NAMESPACE::TensorProto::INT16);
  tensor.add_float_data(1);  // of another type
  EXPECT_EQ(RawDataOf(tensor), "");
  tensor.add_int32_data(-2);
  tensor.add_int32_data(0x10203);
  EXPECT_EQ(RawDataOf(tensor), "\xfe\xff\x03\x02");
  EXPECT_EQ(ElementsOf<int16_t>(RawDataOf(tensor)),
            (std::vector<int16_t>{-2, 0x203}));
  tensor.set_raw_data("ab");
  EXPECT_EQ(RawDataOf(tensor), "ab");
}

TEST(TensorData, NumbersOfEveryType) {
  EXPECT_EQ(NumberAt(DType::kFloat32, RawBytes<float>({1, -2.5}), 1), -2.5);
  EXPECT_EQ(NumberAt(DType::kFloat64, RawBytes<double>({1e300}), 0), 1e300);
  EXPECT_EQ(NumberAt(DType::kFloat16, RawBytes<uint16_t>({0x3c00}), 0), 1);
  EXPECT_EQ(NumberAt(DType::kBfloat16, RawBytes<uint16_t>({0xbf80}), 0), -1);
  EXPECT_EQ(NumberAt(DType::kInt8, "\xff", 0), -1);
  EXPECT_EQ(NumberAt(DType::kUint8, "\xff", 0), 255);
  EXPECT_EQ(NumberAt(DType::kBool, "\x01", 0), 1);
  EXPECT_EQ(NumberAt(DType::kInt16, RawBytes<int16_t>({-300}), 0), -300);
  EXPECT_EQ(NumberAt(DType::kUint16, RawBytes<uint16_t>({65535}), 0), 65535);
  EXPECT_EQ(NumberAt(DType::kInt32, RawBytes<int32_t>({-70000}), 0), -70000);
  EXPECT_EQ(NumberAt(DType::kUint32, RawBytes<uint32_t>({1u << 31}), 0),
            2147483648.0);
  EXPECT_EQ(NumberAt(DType::kInt64, RawBytes<int64_t>({-5}), 0), -5);
  EXPECT_EQ(NumberAt(DType::kUint64, RawBytes<uint64_t>({5}), 0), 5);
  for (const DType dtype :
       {DType::kInt4, DType::kFloat8E5M2, DType::kComplex64, DType::kString}) {
    EXPECT_EQ(NumberAt(dtype, "12345678", 0), std::nullopt);
  }
}

}  // namespace
}  // namespace dnncut
