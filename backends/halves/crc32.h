// SPDX-License-Identifier: Apache-2.0
//
// The checksum of zlib, PNG and Ethernet (CRC-32/ISO-HDLC).
#pragma once

#include <cstdint>
#include <string_view>

namespace dnncut {

// 0xCBF43926 for "123456789".
uint32_t Crc32(std::string_view bytes);

}  // namespace dnncut
