// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "backends/result/latency_parts.h"
#include "backends/result/result.h"

namespace dnncut {

// An SVG of latency over bandwidth: the table's curve, its thresholds, and
// everything in one place for comparison; of a refined table what the measured
// halves add up to. The script finds the scales in its data attributes.
std::string LatencyChart(const Result& result,
                         const std::vector<ShownRow>& rows);

}  // namespace dnncut
