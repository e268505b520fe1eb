// SPDX-License-Identifier: Apache-2.0
//
// Proof that a cut is minimal, independent of how it was found. Read by
// min_cut, which lets no cut go without.
#pragma once

#include <string>
#include <vector>

#include "compiler/base/checked_math.h"

namespace dnncut {

// An arc of a network with what flows through it.
struct FlowArc {
  int from = 0;
  int to = 0;
  Int128 capacity = 0;
  Int128 flow = 0;
};

// Weak duality. Let the flow respect every capacity, and let no node but the
// source send more than it gets. Then for every cut, what arrives at the sink
// is at most what flows into the sink's side, so at most the cut's capacity.
// Where it is equal to the capacity of one cut, that cut is minimal.
//
// "" when that is so for the cut whose sink side is `in_sink_side`, of which
// `capacity` is claimed; else what is wrong. One pass over the arcs.
std::string WhyNotMinimal(const std::vector<FlowArc>& arcs, int source,
                          int sink, const std::vector<bool>& in_sink_side,
                          Int128 capacity);

}  // namespace dnncut
