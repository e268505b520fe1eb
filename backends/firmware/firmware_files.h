// SPDX-License-Identifier: Apache-2.0
//
// The names of the files in OUT/firmware.
#pragma once

#include <string_view>

namespace dnncut {

inline constexpr std::string_view kFirmwareLookupFile = "dnncut_lookup.h";
inline constexpr std::string_view kFirmwareBandwidthFile = "dnncut_bandwidth.h";
inline constexpr std::string_view kFirmwareHeaderFile = "dnncut_table.h";
inline constexpr std::string_view kFirmwareBlobFile = "dnncut_table.bin";

}  // namespace dnncut
