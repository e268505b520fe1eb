// SPDX-License-Identifier: Apache-2.0
#include "compiler/model/tensor_data.h"

#include <cmath>
#include <limits>

#include "compiler/base/checked_math.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::TensorProto;

// Of each number the lowest bytes.
template <typename Numbers>
std::string LowestBytes(const Numbers& numbers, int bytes) {
  const auto width = static_cast<size_t>(bytes);
  std::string data;
  data.reserve(static_cast<size_t>(numbers.size()) * width);
  for (const auto number : numbers) {
    data.append(reinterpret_cast<const char*>(&number), width);
  }
  return data;
}

}  // namespace

DataField DataFieldOf(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
    case DType::kComplex64:
      return {TensorProto::kFloatDataFieldNumber, 4};
    case DType::kFloat64:
    case DType::kComplex128:
      return {TensorProto::kDoubleDataFieldNumber, 8};
    case DType::kInt64:
      return {TensorProto::kInt64DataFieldNumber, 8};
    case DType::kUint32:
    case DType::kUint64:
      return {TensorProto::kUint64DataFieldNumber, BitsOf(dtype) / 8};
    case DType::kString:
      return {TensorProto::kStringDataFieldNumber, 0};
    default:
      return {TensorProto::kInt32DataFieldNumber,
              BitsOf(dtype) < 8 ? 1 : BitsOf(dtype) / 8};
  }
}

int FixedWidth(int field_number) {
  if (field_number == TensorProto::kFloatDataFieldNumber) return 4;
  return field_number == TensorProto::kDoubleDataFieldNumber ? 8 : 0;
}

int64_t StoredBytes(const ONNX_NAMESPACE::TensorProto& tensor) {
  const std::string what = fmt::format("tensor '{}'", tensor.name());
  const DType dtype = DTypeFromOnnx(tensor.data_type());
  if (BitsOf(dtype) > 0) {
    return BytesOf(dtype, {tensor.dims().begin(), tensor.dims().end()}, what);
  }
  int64_t bytes = 0;
  for (const std::string& text : tensor.string_data()) {
    bytes = CheckedAdd(bytes, static_cast<int64_t>(text.size()), what);
  }
  return bytes;
}

std::string RawDataOf(const TensorProto& tensor) {
  if (!tensor.raw_data().empty()) return tensor.raw_data();
  const DataField field = DataFieldOf(DTypeFromOnnx(tensor.data_type()));
  switch (field.number) {
    case TensorProto::kFloatDataFieldNumber:
      return LowestBytes(tensor.float_data(), field.bytes);
    case TensorProto::kDoubleDataFieldNumber:
      return LowestBytes(tensor.double_data(), field.bytes);
    case TensorProto::kInt64DataFieldNumber:
      return LowestBytes(tensor.int64_data(), field.bytes);
    case TensorProto::kUint64DataFieldNumber:
      return LowestBytes(tensor.uint64_data(), field.bytes);
    case TensorProto::kInt32DataFieldNumber:
      return LowestBytes(tensor.int32_data(), field.bytes);
    default:
      return "";
  }
}

std::optional<double> NumberAt(DType dtype, std::string_view data,
                               size_t index) {
  switch (dtype) {
    case DType::kFloat32:
      return ElementAt<float>(data, index);
    case DType::kFloat64:
      return ElementAt<double>(data, index);
    case DType::kFloat16:
      return HalfToFloat(ElementAt<uint16_t>(data, index));
    case DType::kBfloat16:
      return Bfloat16ToFloat(ElementAt<uint16_t>(data, index));
    case DType::kInt8:
      return ElementAt<int8_t>(data, index);
    case DType::kInt16:
      return ElementAt<int16_t>(data, index);
    case DType::kInt32:
      return ElementAt<int32_t>(data, index);
    case DType::kInt64:
      return static_cast<double>(ElementAt<int64_t>(data, index));
    case DType::kBool:
    case DType::kUint8:
      return ElementAt<uint8_t>(data, index);
    case DType::kUint16:
      return ElementAt<uint16_t>(data, index);
    case DType::kUint32:
      return ElementAt<uint32_t>(data, index);
    case DType::kUint64:
      return static_cast<double>(ElementAt<uint64_t>(data, index));
    default:
      return std::nullopt;
  }
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
  // Its bits are the upper ones of the float32 that equals it.
  return std::bit_cast<float>(uint32_t{bits} << 16);
}

uint16_t HalfFromDouble(double number) {
  if (number == 0) return 0;
  const auto bits = std::bit_cast<uint64_t>(number);
  const uint64_t sign = bits >> 63;
  const uint64_t exponent = ((bits >> 52) & 0x7ff) - 1023 + 15;
  const uint64_t fraction = (bits >> 42) & 0x3ff;
  return static_cast<uint16_t>(sign << 15 | exponent << 10 | fraction);
}

}  // namespace dnncut
