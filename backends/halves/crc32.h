// SPDX-License-Identifier: Apache-2.0
//
// The checksum of zlib, PNG and Ethernet (CRC-32/ISO-HDLC).
#pragma once

#include <cstdint>
#include <string_view>

namespace dnncut {

// 0xCBF43926 for "123456789".
uint32_t Crc32(std::string_view bytes);

// What has to be known of a text for the checksum of a longer one, of which it
// is a part: ChecksumOf("ab") is ChecksumOf("a") + ChecksumOf("b").
struct Checksum {
  uint32_t crc = 0;
  // x to the power of the text's bits, modulo the polynomial: what a CRC is
  // multiplied by when the text follows. Of no text it is 1, the highest bit.
  uint32_t power = uint32_t{1} << 31;

  bool operator==(const Checksum&) const = default;
};

Checksum ChecksumOf(std::string_view bytes);
Checksum operator+(const Checksum& a, const Checksum& b);

}  // namespace dnncut
