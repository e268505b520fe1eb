// SPDX-License-Identifier: Apache-2.0
//
// Cuts that refine measures besides those of the table, to learn where in the
// model the time goes.
#pragma once

#include <vector>

#include "compiler/cut.h"
#include "compiler/problem.h"

namespace dnncut {

// At most `count` feasible cuts, spread evenly over the time that the model
// takes on the device, first that with the least on the device. Near each point
// the cut that uploads the fewest bytes, of those along the layers' order. None
// of `known`; fewer when there are no others.
std::vector<Cut> ProbeCuts(const Problem& problem, int count,
                           const std::vector<Cut>& known);

}  // namespace dnncut
