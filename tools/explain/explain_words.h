// SPDX-License-Identifier: Apache-2.0
//
// The phrases that the answers of `dnncut explain` share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tools/explain/explain.h"

namespace dnncut {

// One line that starts with a label, or goes on below one (""): "time       5
// ms\n".
std::string Labelled(std::string_view label, std::string_view text);

// "12.5 ms = device 4.5 ms (36 %) + network 7.6 ms (61 %) + server 400 us (3
// %)"; without parts of no time: "12.5 ms, all on the device".
std::string PartsText(const LatencyParts& parts,
                      const std::optional<TimeBand>& band);

// "64 kbit/s to 2.195 Mbit/s, shown at 370 kbit/s".
std::string OperatingPointText(const OperatingPoint& point);

// "'b' 2,048 B", "'b' and 2 more, 4,000 B", "nothing".
std::string UploadedText(const Problem& problem, const CutCosts& costs);

// What is different in another cut, one labelled line each: times, layers that
// move, what is sent.
std::string DifferenceLines(const StoredResult& compiled,
                            const OperatingPoint& point,
                            const Alternative& other);

}  // namespace dnncut
