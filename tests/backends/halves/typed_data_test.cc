// SPDX-License-Identifier: Apache-2.0
#include "backends/halves/typed_data.h"

#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/reflection.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <limits>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/model/tensor_data.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::TensorProto;

std::string Convert(const std::string& serialised, DType dtype, int64_t bytes,
                    int block_bytes = 7) {
  WeightData data;
  data.tensor = "w";
  data.encoding = WeightData::Encoding::kTensorProto;
  data.length = static_cast<int64_t>(serialised.size());
  data.bytes = bytes;
  data.data_type = static_cast<int32_t>(dtype);
  // Small blocks, so that values lie across their borders.
  google::protobuf::io::ArrayInputStream stream(
      serialised.data(), static_cast<int>(serialised.size()), block_bytes);
  std::string raw;
  StreamTypedData(data, &stream, [&](std::string_view piece) { raw += piece; });
  return raw;
}

// The values as libprotobuf writes them, once and twice, then damaged.
template <typename T>
void ExpectConverted(DType dtype, int field, const std::vector<T>& values,
                     const std::string& raw) {
  SCOPED_TRACE(DTypeName(dtype));
  TensorProto tensor;
  tensor.set_data_type(static_cast<int32_t>(dtype));
  tensor.set_name("w");
  tensor.add_dims(static_cast<int64_t>(values.size()));
  const auto* descriptor = TensorProto::descriptor()->FindFieldByNumber(field);
  const auto* reflection = tensor.GetReflection();
  for (const T& value : values) {
    reflection->GetMutableRepeatedFieldRef<T>(&tensor, descriptor).Add(value);
  }
  EXPECT_EQ(RawDataOf(tensor), raw);
  const std::string whole = tensor.SerializeAsString();
  EXPECT_EQ(Convert(whole, dtype, static_cast<int64_t>(raw.size())), raw);
  // Concatenated messages are one message with the values of both.
  EXPECT_EQ(Convert(whole + whole, dtype, static_cast<int64_t>(2 * raw.size())),
            raw + raw);
  for (const int64_t wrong : {-1, 1}) {
    EXPECT_THROW(
        Convert(whole, dtype, static_cast<int64_t>(raw.size()) + wrong), Error);
  }
  EXPECT_THROW(Convert(whole.substr(0, whole.size() - 1), dtype,
                       static_cast<int64_t>(raw.size())),
               Error);
}

TEST(TypedData, Int32DataOfEveryWidth) {
  const std::vector<int32_t> wide = {
      0,   1,      -1,         127,
      128, -32768, 2147483647, std::numeric_limits<int32_t>::min()};
  ExpectConverted(DType::kInt32, 5, wide, RawBytes(wide));
  ExpectConverted<int32_t>(DType::kInt16, 5, {0, -1, -32768, 32767},
                           RawBytes<int16_t>({0, -1, -32768, 32767}));
  for (const DType dtype :
       {DType::kUint16, DType::kFloat16, DType::kBfloat16}) {
    ExpectConverted<int32_t>(dtype, 5, {0, 1, 0x3c00, 0xffff},
                             RawBytes<uint16_t>({0, 1, 0x3c00, 0xffff}));
  }
  ExpectConverted<int32_t>(DType::kInt8, 5, {0, -1, -128, 127},
                           RawBytes<int8_t>({0, -1, -128, 127}));
  for (const DType dtype :
       {DType::kUint8, DType::kBool, DType::kFloat8E4M3FN,
        DType::kFloat8E4M3FNUZ, DType::kFloat8E5M2, DType::kFloat8E5M2FNUZ,
        DType::kFloat8E8M0, DType::kInt4, DType::kUint4, DType::kFloat4E2M1,
        DType::kInt2, DType::kUint2}) {
    ExpectConverted<int32_t>(dtype, 5, {0, 1, 0x7f, 0xff},
                             RawBytes<uint8_t>({0, 1, 0x7f, 0xff}));
  }
}

TEST(TypedData, TheOtherFields) {
  const std::vector<float> floats = {0.f, -0.f, 1.5f, -3e38f,
                                     std::numeric_limits<float>::infinity()};
  ExpectConverted(DType::kFloat32, 4, floats, RawBytes(floats));
  ExpectConverted<float>(DType::kComplex64, 4, {1.f, 2.f, 3.f, 4.f},
                         RawBytes<float>({1.f, 2.f, 3.f, 4.f}));
  const std::vector<double> doubles = {0., 1e300, -2.5};
  ExpectConverted(DType::kFloat64, 10, doubles, RawBytes(doubles));
  ExpectConverted<double>(DType::kComplex128, 10, {1., -2.},
                          RawBytes<double>({1., -2.}));
  const std::vector<int64_t> longs = {0, -1,
                                      std::numeric_limits<int64_t>::min(),
                                      std::numeric_limits<int64_t>::max()};
  ExpectConverted(DType::kInt64, 7, longs, RawBytes(longs));
  const std::vector<uint64_t> unsigned_longs = {
      0, 1, std::numeric_limits<uint64_t>::max()};
  ExpectConverted(DType::kUint64, 11, unsigned_longs, RawBytes(unsigned_longs));
  ExpectConverted<uint64_t>(DType::kUint32, 11, {0, 7, 0xffffffff},
                            RawBytes<uint32_t>({0, 7, 0xffffffff}));
}

// proto2 writers before packing, and other languages, write a tag per value.
TEST(TypedData, UnpackedValues) {
  std::string serialised;
  for (const char value : {3, 5, 127}) {
    serialised += '\x28';  // field 5, varint
    serialised += value;
    serialised += "\x42\x01w";  // its name, in between
  }
  EXPECT_EQ(Convert(serialised, DType::kUint8, 3), "\x03\x05\x7f");
  const std::string one_float("\x25\x00\x00\x80\x3f", 5);
  EXPECT_EQ(Convert(one_float + one_float, DType::kFloat32, 8),
            RawBytes<float>({1.f, 1.f}));
}

// protobuf takes them for fields that it does not know.
TEST(TypedData, ValuesOfOtherWireTypesAreNone) {
  std::string serialised("\x2d\x01\x02\x03\x04", 5);  // field 5, four bytes
  serialised += "\x28\x07";                           // field 5, varint
  EXPECT_EQ(Convert(serialised, DType::kUint8, 1), "\x07");
}

TEST(TypedData, MoreThanTheBufferHolds) {
  TensorProto tensor;
  std::vector<int64_t> values;
  for (int64_t i = 0; i < 300'000; ++i) {
    values.push_back(i * i - 1000);
    tensor.add_int64_data(values.back());
  }
  const std::string raw = RawBytes(values);
  EXPECT_EQ(Convert(tensor.SerializeAsString(), DType::kInt64,
                    static_cast<int64_t>(raw.size()), 4096),
            raw);
}

TEST(TypedData, DamagedMessages) {
  for (const std::string& damaged :
       {std::string("\x2a\x05\x01"), std::string("\x2d\x00\x00\x00\x00", 5),
        std::string("\x28\xff"), std::string("\xff\xff\xff\xff\xff\xff")}) {
    EXPECT_THROW(Convert(damaged, DType::kUint8, 1), Error);
  }
}

}  // namespace
}  // namespace dnncut
