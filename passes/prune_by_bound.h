// SPDX-License-Identifier: Apache-2.0
//
// Merges blocks that are separated only by cuts which cost more than "all on
// the server" or "all on the device". A lower bound on the cost of all such
// cuts shows it:
//
//   x ──600 KB── a ──400 KB── b ──400 KB── c
//
// with a, b, c slow on the device: on a fast link everything goes to the
// server, on a slow one nothing does, and the cut between a and b is never
// worth it.
#pragma once

#include "compiler/problem/block_graph.h"

namespace dnncut {

// A Pass (passes/compress.h). It does nothing to graphs with many blocks, for
// which it would be slow: it comes after the other passes and works on what
// they leave.
Grouping PruneByBound(const BlockGraph& graph);

}  // namespace dnncut
