// SPDX-License-Identifier: Apache-2.0
//
// Merges a set of blocks whose data leads to one block only, or comes from one
// block only, when no best cut separates blocks of the set:
//
//   a ──┐                               a ──┐
//       ├─ f ──┐                            ├─ [f g e] ──
//   b ──┘      ├─ e ──          =>      b ──┤
//   c ──── g ──┘                        c ──┘
#pragma once

#include "compiler/problem/block_graph.h"

namespace dnncut {

// A Pass (passes/compress.h).
Grouping CollapseTrees(const BlockGraph& graph);

}  // namespace dnncut
