// SPDX-License-Identifier: Apache-2.0
//
// Finds the best cut of a block graph at one bandwidth; a table has the best
// cuts at all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/problem/block_graph.h"
#include "compiler/problem/cost_line.h"
#include "compiler/problem/problem.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

struct Solution {
  Cut cut;
  int64_t cost = 0;                // rounded half up
  std::vector<TensorId> uploaded;  // ascending
  CostLine upload;                 // what sending them costs
  std::vector<TensorId> fetched;   // inputs that come down; ascending
  CostLine fetch;                  // what that costs
};

// The cut of `layer_count` layers with the least cost at `kbps`. Of several
// best ones, that with the smallest device side. The round trip costs
// `round_trip` at any bandwidth (objective.h prices it, like the blocks).
// Throws Error when the cost does not fit.
Solution SolveAt(const BlockGraph& blocks, int64_t round_trip, int layer_count,
                 int64_t kbps);

// The first bandwidth, of those at which a row of `exact` starts or ends, where
// the best cut of `blocks` has another cost than the row; nullopt: none. Both
// are of `problem`.
std::optional<int64_t> FindOtherCost(const BlockGraph& blocks,
                                     const Problem& problem,
                                     const CutTable& exact);

}  // namespace dnncut
