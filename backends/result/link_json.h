// SPDX-License-Identifier: Apache-2.0
//
// Reads sides, downlinks and ranges of bandwidths from JSON files.
#pragma once

#include <string_view>

#include "compiler/files/json_file.h"
#include "compiler/problem/problem.h"

namespace dnncut {

// "device" or "server".
Side GetSide(const JsonValue& object, std::string_view key);

// "device", "server" or "none"; kAsAll where there is no such key.
Wanted FindWanted(const JsonValue& object, std::string_view key);

// "same", "free" or kbit/s.
Downlink GetDownlink(const JsonValue& object, std::string_view key);

// The members "min_kbps" and "max_kbps".
BandwidthRange GetRange(const JsonValue& object);

}  // namespace dnncut
