// SPDX-License-Identifier: Apache-2.0
//
// Cuts that refine measures besides those of the table, to learn where in the
// model the time goes.
#pragma once

#include <vector>

#include "compiler/problem/cut.h"
#include "compiler/problem/problem.h"

namespace dnncut {

// At most `count` feasible cuts along the layers' order, spread evenly over the
// time that the model takes on the device, that with the least on the device
// first. Near each point the one that uploads the fewest bytes; where there is
// none, one far from the others. None of `known`.
std::vector<Cut> ProbeCuts(const Problem& problem, int count,
                           const std::vector<Cut>& known);

}  // namespace dnncut
