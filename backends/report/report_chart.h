// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "backends/result/latency_parts.h"
#include "backends/result/result.h"

namespace dnncut {

// An SVG of latency over bandwidth: the table's curve, its thresholds, and
// everything on one side for comparison; for a refined table also the latency
// with the halves as measured. The scales are in data attributes for the
// script.
std::string LatencyChart(const Result& result,
                         const std::vector<ShownRow>& rows);

}  // namespace dnncut
