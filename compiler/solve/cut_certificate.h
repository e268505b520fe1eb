// SPDX-License-Identifier: Apache-2.0
//
// Checks that a cut is minimal, whatever has found it. min_cut returns no cut
// that has not passed this check.
#pragma once

#include <string>
#include <vector>

#include "compiler/base/checked_math.h"

namespace dnncut {

// An arc of a network and the flow through it.
struct FlowArc {
  int from = 0;
  int to = 0;
  Int128 capacity = 0;
  Int128 flow = 0;
};

// Weak duality: let the flow respect every capacity, and let no node but the
// source send more than it receives. Then for every cut, the flow that arrives
// at the sink is at most the flow into the sink's side, and so at most the
// cut's capacity. If it is equal to the capacity of one cut, that cut is
// minimal.
//
// Returns "" when that is so for the cut whose sink side is `in_sink_side` and
// whose capacity is said to be `capacity`; else what is wrong. One pass over
// the arcs.
std::string WhyNotMinimal(const std::vector<FlowArc>& arcs, int source,
                          int sink, const std::vector<bool>& in_sink_side,
                          Int128 capacity);

}  // namespace dnncut
