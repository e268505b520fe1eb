// SPDX-License-Identifier: Apache-2.0
//
// Cuts in words, the same in the program's answers, the report and the comments
// of the firmware's table.
#pragma once

#include <string>
#include <string_view>

#include "compiler/problem/cut.h"
#include "compiler/problem/problem.h"

namespace dnncut {

inline constexpr std::string_view kNothingIsSent = "nothing is sent";

// "2 of 5 layers on the device".
std::string DeviceShareText(const CutCosts& costs);

// "all on the device", "all on the server", "2 of 5 layers on the device".
std::string WhereText(const CutCosts& costs);

// "from 64 kbit/s to 5 Mbit/s", "at 3 Mbit/s".
std::string RangeText(const BandwidthRange& range);

}  // namespace dnncut
