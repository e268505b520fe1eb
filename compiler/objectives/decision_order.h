// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/objectives/priced_graph.h"

namespace dnncut {

// The order in which blocks are decided, without the anchors: a topological
// order that keeps few links open, that is with an end before and an end after
// the same place. It finishes a branch before it starts the next one. What is
// open must be remembered, so fewer open links are fewer states
// (decision_graph.h).
std::vector<BlockId> DecisionOrder(const PricedGraph& graph);

}  // namespace dnncut
