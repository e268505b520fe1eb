// SPDX-License-Identifier: Apache-2.0
//
// Collapses what leads to one block only, or hangs below one block only, when
// the cuts in it are never the best:
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
