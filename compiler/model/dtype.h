// SPDX-License-Identifier: Apache-2.0
//
// Element types of tensors. The numbers are those of ONNX's
// TensorProto.DataType, those newer than the installed libonnx included.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace dnncut {

enum class DType : int32_t {
  kUndefined = 0,
  kFloat32 = 1,
  kUint8 = 2,
  kInt8 = 3,
  kUint16 = 4,
  kInt16 = 5,
  kInt32 = 6,
  kInt64 = 7,
  kString = 8,
  kBool = 9,
  kFloat16 = 10,
  kFloat64 = 11,
  kUint32 = 12,
  kUint64 = 13,
  kComplex64 = 14,
  kComplex128 = 15,
  kBfloat16 = 16,
  kFloat8E4M3FN = 17,
  kFloat8E4M3FNUZ = 18,
  kFloat8E5M2 = 19,
  kFloat8E5M2FNUZ = 20,
  kUint4 = 21,
  kInt4 = 22,
  kFloat4E2M1 = 23,
  kFloat8E8M0 = 24,
  kUint2 = 25,
  kInt2 = 26,
};

// The DType of an ONNX data type number; kUndefined for one that ONNX does not
// define (yet).
DType DTypeFromOnnx(int32_t data_type);

// numpy's name: "float32", "bfloat16", "int4", ...; "undefined".
std::string_view DTypeName(DType dtype);
std::optional<DType> DTypeFromName(std::string_view name);

// Bits of one element; 0 for kString and kUndefined, which have no fixed size.
int BitsOf(DType dtype);

// Number of elements. Throws Error on a negative dim or overflow; `what` names
// the tensor in the message.
int64_t ElementCount(const std::vector<int64_t>& shape, std::string_view what);

// Bytes of a tensor whose sub-byte elements are packed: ceil(count*bits/8).
// Throws Error on overflow. The dtype must have a fixed size.
int64_t BytesOf(DType dtype, const std::vector<int64_t>& shape,
                std::string_view what);

}  // namespace dnncut
