// SPDX-License-Identifier: Apache-2.0
//
// Percentages: those of flags exactly, those for people rounded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dnncut {

// A percentage of 1 in the unit of ParsePercent.
inline constexpr int64_t kHundredPercent = 100'000'000;

// "5%", "2.5 %", "0"; without the sign it is a percentage, too. In millionths
// of a percent, at most 1,000,000 %. Throws Error E810.
int64_t ParsePercent(std::string_view flag, std::string_view text);

// "5.3 %" of 0.0527.
std::string FormatPercent(double fraction);

}  // namespace dnncut
