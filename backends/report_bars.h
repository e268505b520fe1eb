// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "backends/latency_parts.h"
#include "backends/result.h"

namespace dnncut {

// An SVG with a bar for each row: its time on the device, on the network and on
// the server; of a refined table a second one with the halves as measured.
std::string TimeBars(const Result& result, const std::vector<ShownRow>& rows);

// Are the bars as long as the times are? Not when the longest would leave
// nothing to see of the shortest: then each is as long as the others and shows
// shares.
bool BarsHaveOneScale(const std::vector<ShownRow>& rows);

}  // namespace dnncut
