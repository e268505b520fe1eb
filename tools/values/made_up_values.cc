// SPDX-License-Identifier: Apache-2.0
#include "tools/values/made_up_values.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <random>

#include "compiler/model/tensor_data.h"

namespace dnncut {
namespace {

// The elements' bits; `random` is any number.
uint64_t ElementBits(DType dtype, uint64_t random) {
  const auto pick = [&](int64_t most) {
    const auto count = static_cast<uint64_t>(2 * most + 1);
    return static_cast<double>(static_cast<int64_t>(random % count) - most);
  };
  switch (dtype) {
    case DType::kFloat32:
      return std::bit_cast<uint32_t>(static_cast<float>(pick(1000) / 512));
    case DType::kFloat64:
      return std::bit_cast<uint64_t>(pick(1000) / 512);
    case DType::kFloat16:
      return HalfFromDouble(pick(1000) / 512);
    case DType::kBfloat16:
      // Its eight bits of precision are the upper ones of float32's.
      return std::bit_cast<uint32_t>(static_cast<float>(pick(250) / 128)) >> 16;
    case DType::kBool:
    case DType::kInt8:
    case DType::kInt16:
    case DType::kInt32:
    case DType::kInt64:
    case DType::kUint8:
    case DType::kUint16:
    case DType::kUint32:
    case DType::kUint64:
      return random & 1;
    default:
      return 0;
  }
}

}  // namespace

Value MadeUpTensor(DType dtype, const std::vector<int64_t>& shape, int64_t seed,
                   int64_t position) {
  Value value;
  value.dtype = dtype;
  value.shape = shape;
  const auto size = static_cast<size_t>(BytesOf(dtype, shape, "a value"));
  const auto width = static_cast<size_t>(BitsOf(dtype) / 8);
  value.data.assign(size, '\0');
  // The distributions of <random> differ between libraries; this does not.
  std::seed_seq seeds{seed & 0xffffffff, seed >> 32, position};
  std::mt19937_64 random(seeds);
  for (size_t i = 0; width > 0 && i < size; i += width) {
    const uint64_t bits = ElementBits(dtype, random());
    std::memcpy(&value.data[i], &bits, std::min(width, sizeof bits));
  }
  return value;
}

}  // namespace dnncut
