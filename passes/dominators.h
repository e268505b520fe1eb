// SPDX-License-Identifier: Apache-2.0
//
// Dominators of acyclic graphs.
#pragma once

#include <vector>

#include "compiler/problem/block_graph.h"
#include "passes/adjacency.h"

namespace dnncut {

// By node: the last node, itself excepted, that lies on every path from node 0
// to it; 0 for node 0. `predecessors[n]` must all be smaller than n; a node
// without predecessors is taken to follow node 0. O((V + E) log V).
std::vector<int> ImmediateDominators(
    const std::vector<std::vector<int>>& predecessors);

// By BlockId: its dominator, seen from the device's anchor.
std::vector<BlockId> BlockDominators(const Adjacency& adjacency);

// By BlockId: the first block, itself excepted, on every path from it to an
// end; the number of blocks where there is none.
std::vector<BlockId> BlockPostDominators(const Adjacency& adjacency);

}  // namespace dnncut
