// SPDX-License-Identifier: Apache-2.0
//
// Merges what only cuts separate that cannot beat "all on the server" or "all
// on the device", by a lower bound on what every such cut costs:
//
//   x ──600 KB── a ──400 KB── b ──400 KB── c
//
// with a, b, c slow on the device: on a fast link everything goes to the
// server, on a slow one nothing does, and the cut between a and b is never
// worth it.
#pragma once

#include "compiler/problem/block_graph.h"

namespace dnncut {

// A Pass (passes/compress.h). Leaves graphs of many blocks alone: it is for
// what the other passes leave.
Grouping PruneByBound(const BlockGraph& graph);

}  // namespace dnncut
