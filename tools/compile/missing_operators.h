// SPDX-License-Identifier: Apache-2.0
//
// --device-ops and --server-ops: layers stay off a side that lacks their
// operators.
#pragma once

#include <optional>

#include "compiler/model/graph.h"
#include "compiler/problem/make_problem.h"
#include "compiler/problem/side.h"
#include "cost_models/machines/operator_list.h"

namespace dnncut {

using OperatorLists = PerSide<std::optional<OperatorList>>;

// Pins each layer with an operator that a side lacks to the other side. Other
// pins must be there already. What only computes sizes is left out: a runtime
// computes it when it loads the model. Throws Error E147, which names layers
// and operators, when a layer can be on neither side, or one would have to be
// on the server and another, which depends on it, on the device.
void AvoidMissingOperators(const Graph& graph, const OperatorLists& lists,
                           Placement* placement);

}  // namespace dnncut
