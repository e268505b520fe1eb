// SPDX-License-Identifier: Apache-2.0
//
// Cuts in words, the same in the program's answers, the report and the comments
// of the firmware's table.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "compiler/base/first_few.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/problem.h"

namespace dnncut {

inline constexpr std::string_view kAllOnDevice = "all on the device";
inline constexpr std::string_view kNothing = "nothing";
inline constexpr std::string_view kNothingIsSent = "nothing is sent";

// "2 of 5 layers on the device".
std::string DeviceShareText(const CutCosts& costs);

// "all on the device", "all on the server", "2 of 5 layers on the device".
std::string WhereText(const CutCosts& costs);

// What a cut sends: "nothing", or the first `most` of its `count` tensors and
// how many others there are. `text_of(i)` is the text of the i-th.
template <typename TextOf>
std::string SentText(size_t count, size_t most, const TextOf& text_of) {
  return count == 0 ? std::string(kNothing) : FirstFew(count, most, text_of);
}

// "from 64 kbit/s to 5 Mbit/s", "at 3 Mbit/s".
std::string RangeText(const BandwidthRange& range);

}  // namespace dnncut
