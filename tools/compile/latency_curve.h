// SPDX-License-Identifier: Apache-2.0
//
// Latency against bandwidth, drawn with characters.
#pragma once

#include <string>

#include "compiler/problem/problem.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// Lines of at most 80 columns, ASCII only, both axes logarithmic: '*' the
// table, 'd' all on the device, 's' all on the server where that is not off the
// top; under the axis the cuts' numbers between '^' at the bandwidths where the
// next one takes over. "" when there is nothing to see: the latency is the same
// at every bandwidth.
std::string LatencyCurve(const Problem& problem, const CutTable& table);

}  // namespace dnncut
