// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "backends/result/latency_parts.h"
#include "backends/result/result.h"

namespace dnncut {

// An SVG with a bar for each row: its time on the device, on the network and on
// the server; for a refined table, a second one with the halves as measured.
// All bars have the same scale, and no part is too short to be seen.
std::string TimeBars(const Result& result, const std::vector<ShownRow>& rows);

}  // namespace dnncut
