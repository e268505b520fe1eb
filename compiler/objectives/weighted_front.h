// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/objectives/front_search.h"
#include "compiler/objectives/memory_bound.h"
#include "compiler/problem/block_graph.h"
#include "compiler/problem/problem.h"

namespace dnncut {

// What the exact tables (compiler/table/cut_table.h) of a few weighted sums of
// the times say of the front of a stream: points, and bounds that no cut is
// below. For graphs that are too wide to search: it takes as long as some
// tables. Values are how busy the busiest machine is, and bytes; points are by
// their values, and cuts are of `blocks`, MakeBlockGraph(problem), and fit
// `memory`, unless that is null.
Front WeightedFront(const Problem& problem, const BlockGraph& blocks,
                    const MemoryBound* memory, const SearchLimits& limits);

}  // namespace dnncut
