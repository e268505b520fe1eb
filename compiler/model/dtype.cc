// SPDX-License-Identifier: Apache-2.0
#include "compiler/model/dtype.h"

#include <array>

#include "compiler/base/checked_math.h"
#include "compiler/base/error.h"

namespace dnncut {
namespace {

struct DTypeInfo {
  std::string_view name;
  int bits = 0;
};

// Indexed by the ONNX number.
constexpr std::array<DTypeInfo, 27> kInfo = {{
    {"undefined", 0},
    {"float32", 32},
    {"uint8", 8},
    {"int8", 8},
    {"uint16", 16},
    {"int16", 16},
    {"int32", 32},
    {"int64", 64},
    {"string", 0},
    {"bool", 8},
    {"float16", 16},
    {"float64", 64},
    {"uint32", 32},
    {"uint64", 64},
    {"complex64", 64},
    {"complex128", 128},
    {"bfloat16", 16},
    {"float8_e4m3fn", 8},
    {"float8_e4m3fnuz", 8},
    {"float8_e5m2", 8},
    {"float8_e5m2fnuz", 8},
    {"uint4", 4},
    {"int4", 4},
    {"float4_e2m1fn", 4},
    {"float8_e8m0fnu", 8},
    {"uint2", 2},
    {"int2", 2},
}};

}  // namespace

DType DTypeFromOnnx(int32_t data_type) {
  if (data_type < 0 || data_type >= static_cast<int32_t>(kInfo.size())) {
    return DType::kUndefined;
  }
  return static_cast<DType>(data_type);
}

std::string_view DTypeName(DType dtype) {
  return kInfo[static_cast<size_t>(dtype)].name;
}

std::optional<DType> DTypeFromName(std::string_view name) {
  for (size_t i = 0; i < kInfo.size(); ++i) {
    if (kInfo[i].name == name) return static_cast<DType>(i);
  }
  return std::nullopt;
}

int BitsOf(DType dtype) { return kInfo[static_cast<size_t>(dtype)].bits; }

int64_t ElementCount(const std::vector<int64_t>& shape, std::string_view what) {
  int64_t count = 1;
  for (int64_t dim : shape) {
    if (dim < 0) {
      Fail(ExitCode::kBadInput, "E211", "{} has the negative dimension {}",
           what, dim);
    }
    count = CheckedMul(count, dim, what);
  }
  return count;
}

int64_t BytesOf(DType dtype, const std::vector<int64_t>& shape,
                std::string_view what) {
  const int bits = BitsOf(dtype);
  if (bits == 0) {
    throw std::logic_error("BytesOf: dtype without a fixed size");
  }
  const int64_t count = ElementCount(shape, what);
  const int64_t total_bits = CheckedMul(count, bits, what);
  return total_bits / 8 + (total_bits % 8 != 0 ? 1 : 0);
}

}  // namespace dnncut
