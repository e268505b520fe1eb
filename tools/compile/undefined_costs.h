// SPDX-License-Identifier: Apache-2.0
//
// Layers whose operators nobody has told dnncut about: their cost is a guess.
#pragma once

#include <vector>

#include "compiler/base/error.h"
#include "compiler/model/graph.h"
#include "tools/compile/machine_costs.h"

namespace dnncut {

// Warns (W423) of layers without a definition (UndefinedLayers), with their
// share of the time on each machine where it is estimated.
void WarnOfUndefinedCosts(const Graph& graph,
                          const std::vector<const MachineCosts*>& machines,
                          Warnings* warnings);

}  // namespace dnncut
