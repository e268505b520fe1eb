// SPDX-License-Identifier: Apache-2.0
//
// Numbers with units, as flags spell them; compiler/base/unit_text.h prints
// them. Nothing here depends on the locale, and nothing is rounded in silence.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/model/graph.h"
#include "compiler/problem/problem.h"

namespace dnncut {

// The parsers take the flag that the text was given to, for the message. All
// throw Error (E101 and following, exit code 2) with an example.

// "64kbps", "3Mbps", "5Mbit/s", "10Gbps", "0.5Mbps"; a plain number is kbit/s.
// The result is a whole number of kbit/s in 1 .. kLimitKbps.
int64_t ParseKbps(std::string_view flag, std::string_view text);

// Throws Error E140 when `kbps` is outside the range that was compiled for.
void RequireInRange(std::string_view flag, int64_t kbps,
                    const BandwidthRange& range);

// "100,500,1Mbps": bandwidths, ascending.
std::vector<int64_t> ParseKbpsList(std::string_view flag,
                                   std::string_view text);

// "5ms", "200us", "1s", "0": nanoseconds, at most `most_hours`.
int64_t ParseDurationNs(std::string_view flag, std::string_view text,
                        int64_t most_hours = 1);

// "4096", "64KiB", "1.5MB": bytes.
int64_t ParseBytes(std::string_view flag, std::string_view text);

// A finite number in decimal, "2.5" or "1e-3"; nullopt for any other text.
std::optional<double> ParseNumber(std::string_view text);

// A whole number in min .. max.
int64_t ParseCount(std::string_view flag, std::string_view text, int64_t min,
                   int64_t max);

// "1x3x224x224" or "[1,3,224,224]": the dims, each >= 0. "" is a scalar.
std::vector<int64_t> ParseShape(std::string_view flag, std::string_view text);

// "float32[1,3,224,224]", or a shape alone: elements of kUndefined.
TensorType ParseTensorType(std::string_view flag, std::string_view text);

}  // namespace dnncut
