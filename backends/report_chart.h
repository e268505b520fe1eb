// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backends/latency_parts.h"
#include "backends/result.h"

namespace dnncut {

// An SVG of latency over bandwidth: the table's curve, its thresholds, and
// everything in one place for comparison; of a refined table what the measured
// halves add up to. The script finds the scales in its data attributes.
std::string LatencyChart(const Result& result,
                         const std::vector<ShownRow>& rows);

// The latency at the shown bandwidth with halves that were measured as
// measured; nullopt when none was.
std::optional<int64_t> MeasuredTotalNs(const Result& result,
                                       const ShownRow& row);

}  // namespace dnncut
