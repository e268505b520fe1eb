// SPDX-License-Identifier: Apache-2.0
#include "backends/halves/crc32.h"

namespace dnncut {

// Computed bit by bit, because the data is small.
uint32_t Crc32(std::string_view bytes) {
  constexpr uint32_t kPolynomial = 0xEDB88320;  // 0x04C11DB7, reflected
  uint32_t crc = 0xFFFFFFFF;
  for (const char byte : bytes) {
    crc ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    }
  }
  return ~crc;
}

}  // namespace dnncut
