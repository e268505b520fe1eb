// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "backends/result/latency_parts.h"
#include "backends/result/result.h"

namespace dnncut {

// An SVG with a bar for each row: its time on the device, on the network and on
// the server; of a refined table a second one with the halves as measured.
// All have one scale; no part is so short that it is not seen.
std::string TimeBars(const Result& result, const std::vector<ShownRow>& rows);

}  // namespace dnncut
