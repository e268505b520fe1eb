// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/problem/problem.h"

namespace dnncut {

// Throws Error E501 when the problem has no feasible cut at all, with the
// layers that clash and the path between them.
void CheckPlacement(const Problem& problem);

// Is there a feasible cut?
bool HasFeasibleCut(const Problem& problem);

}  // namespace dnncut
