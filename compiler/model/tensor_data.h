// SPDX-License-Identifier: Apache-2.0
//
// The elements of a tensor as ONNX stores them: as the bytes that raw_data
// holds, or as numbers in the field of TensorProto that its type has.
#pragma once

#include <onnx/onnx_pb.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/model/dtype.h"

namespace dnncut {

static_assert(std::endian::native == std::endian::little,
              "raw_data is little-endian; elements are copied as they are");

struct DataField {
  int number = 0;  // of the field, in TensorProto
  int bytes = 0;   // that a number of it is in raw_data; 0: a string
};

// The field, besides raw_data, that holds elements of the type. A complex
// element is two numbers of it; of types below a byte a number is a byte of
// packed elements. Integers lose their upper bytes on the way to raw_data.
DataField DataFieldOf(DType dtype);

// The bytes of each number of the field in a message; 0: varints or strings.
int FixedWidth(int field_number);

// How many bytes raw_data would hold, also of a weight that is not in the
// message; of strings, the bytes of their text. Throws Error when they
// overflow.
int64_t StoredBytes(const ONNX_NAMESPACE::TensorProto& tensor);

// What raw_data would hold, wherever the elements stand in the message.
std::string RawDataOf(const ONNX_NAMESPACE::TensorProto& tensor);

// The bytes of numbers, one behind the other.
template <typename T>
std::string RawBytes(const std::vector<T>& numbers) {
  return std::string(reinterpret_cast<const char*>(numbers.data()),
                     numbers.size() * sizeof(T));
}

// Element `index` of bytes that hold it.
template <typename T>
T ElementAt(std::string_view data, size_t index) {
  T element;
  std::memcpy(&element, data.data() + index * sizeof element, sizeof element);
  return element;
}

// All of them; bytes that are left over at the end are no element.
template <typename T>
std::vector<T> ElementsOf(std::string_view data) {
  std::vector<T> elements(data.size() / sizeof(T));
  for (size_t i = 0; i < elements.size(); ++i) {
    elements[i] = ElementAt<T>(data, i);
  }
  return elements;
}

// The number that element `index` is; nullopt for types that are no real
// numbers of whole bytes, and for floats of 8 bits. Exact but for 64-bit
// integers.
std::optional<double> NumberAt(DType dtype, std::string_view data,
                               size_t index);

// The values of 16-bit floats, exact.
float HalfToFloat(uint16_t bits);
float Bfloat16ToFloat(uint16_t bits);

// The float16 that equals `number`, which is 0 or a normal float16.
uint16_t HalfFromDouble(double number);

}  // namespace dnncut
