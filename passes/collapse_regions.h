// SPDX-License-Identifier: Apache-2.0
//
// Merges a region with one way in and one way out that no best cut splits, such
// as a residual or an Inception block:
//
//        ┌─ 1x1 ─────────┐
//   u ───┼─ 1x1 ── 3x3 ──┼─ concat ──      u ── [1x1 1x1 3x3 5x5 concat] ──
//        └─ 1x1 ── 5x5 ──┘
#pragma once

#include "compiler/problem/block_graph.h"

namespace dnncut {

// A Pass (passes/compress.h).
Grouping CollapseRegions(const BlockGraph& graph);

}  // namespace dnncut
