// SPDX-License-Identifier: Apache-2.0
//
// The best of a few known cuts at every bandwidth, in plain arithmetic.
#pragma once

#include <vector>

#include "compiler/problem/cost_line.h"
#include "compiler/problem/problem.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

struct EnvelopeCut {
  CostLine cost;
  int device_layers = 0;
};

// The best of `cuts`, which is not empty, at every integer kbit/s of the range:
// on a tie the one with fewer device layers, then the one that comes first.
// Rows touch, cover the range, and name the cuts by their places in `cuts`;
// neighbours name different ones.
std::vector<TableRow> LowerEnvelope(const std::vector<EnvelopeCut>& cuts,
                                    const BandwidthRange& range);

}  // namespace dnncut
