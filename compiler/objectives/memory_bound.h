// SPDX-License-Identifier: Apache-2.0
//
// Fronts of the cuts whose halves fit into memory
// (compiler/problem/memory_use.h says what they hold).
#pragma once

#include <optional>

#include "compiler/objectives/front_search.h"
#include "compiler/objectives/priced_graph.h"
#include "compiler/problem/block_graph.h"
#include "compiler/problem/memory_bound.h"
#include "compiler/problem/problem.h"

namespace dnncut {

// SearchFront on the graph of decisions of the blocks, of the cuts that fit.
// `memory` may be null: then all do. Without points nothing fits, or, if there
// are open regions, nothing was found. nullopt: the graph is too wide.
std::optional<Front> SearchFrontWithin(const Problem& problem,
                                       const BlockGraph& blocks, Prices prices,
                                       FrontQuestion question,
                                       const MemoryBound* memory,
                                       const SearchLimits& limits);

}  // namespace dnncut
