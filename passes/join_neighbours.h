// SPDX-License-Identifier: Apache-2.0
//
// Joins two neighbouring blocks when the cut between them is never the best:
//
//   x ──100 KB── conv ──400 KB── relu ──400 KB── pool ──100 KB── fc
//
// becomes, when the server is the faster side,
//
//   x ──100 KB── [conv relu pool] ──100 KB── fc
#pragma once

#include "compiler/problem/block_graph.h"

namespace dnncut {

// A Pass (passes/compress.h); time linear in the blocks and wires.
Grouping JoinNeighbours(const BlockGraph& graph);

}  // namespace dnncut
