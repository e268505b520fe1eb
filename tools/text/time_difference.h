// SPDX-License-Identifier: Apache-2.0
//
// How much longer one thing takes than another, in words.
#pragma once

#include <cstdint>
#include <string>

namespace dnncut {

// "+1.2 ms", "-350 us", "+0 ms".
std::string FormatChange(int64_t ns);

// How much longer: "1.2 ms more (+4.8 %)", "1.06 s more (+8447 %)", "as much",
// "1 ms less (-2.1 %)".
std::string FormatMore(int64_t more_ns, int64_t than_ns);

}  // namespace dnncut
