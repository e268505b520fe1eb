// SPDX-License-Identifier: Apache-2.0
#include "backends/halves/crc32.h"

namespace dnncut {
namespace {

constexpr uint32_t kPolynomial = 0xEDB88320;  // 0x04C11DB7, reflected

// The polynomial times x, modulo kPolynomial.
uint32_t TimesX(uint32_t polynomial) {
  return (polynomial >> 1) ^ ((polynomial & 1) != 0 ? kPolynomial : 0);
}

uint32_t Times(uint32_t a, uint32_t b) {
  uint32_t product = 0;
  for (; a != 0; a <<= 1) {
    if ((a >> 31) != 0) product ^= b;
    b = TimesX(b);
  }
  return product;
}

}  // namespace

// Computed bit by bit, because the data is small.
uint32_t Crc32(std::string_view bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (const char byte : bytes) {
    crc ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = TimesX(crc);
  }
  return ~crc;
}

Checksum ChecksumOf(std::string_view bytes) {
  Checksum checksum;
  checksum.crc = Crc32(bytes);
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    checksum.power = TimesX(checksum.power);
  }
  return checksum;
}

// A CRC is a remainder, so it is linear in the bits of its text; that all bits
// are inverted at both ends cancels out.
Checksum operator+(const Checksum& a, const Checksum& b) {
  return {Times(a.crc, b.power) ^ b.crc, Times(a.power, b.power)};
}

}  // namespace dnncut
