// SPDX-License-Identifier: Apache-2.0
//
// The network whose minimum s-t cuts are the best cuts of a block graph, made
// by MakeCutProblem. The capacity of a cut is its cost: cut_problem.cc has the
// proof.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/problem/block_graph.h"

namespace dnncut {

// An arc whose capacity at W kbit/s is cost.At(W).
struct Arc {
  int from = 0;
  int to = 0;
  CostLine cost;
  bool infinite = false;  // the cost is 0

  bool operator==(const Arc&) const = default;
};

// Nodes 0 .. block_count-1 are the blocks (an anchor is merged with its
// terminal), then the sink when no block is, then the helpers of wires, then
// that of the round trip. No infinite arc leaves the source or enters the sink,
// and no arc enters the source or leaves the sink.
struct CutProblem {
  int node_count = 0;
  int source = 0;  // the device's anchor, block 0
  int sink = 0;    // the server's anchor, or a node of its own
  int block_count = 0;
  std::vector<Arc> arcs;
  CostLine constant;  // paid by every cut
};

// The network of `graph`. The cost of the round trip (its time, multiplied by
// the weight of the link) is >= 0. The bandwidth is not part of the network: it
// is given to the solver.
CutProblem MakeCutProblem(const BlockGraph& graph, int64_t round_trip);

}  // namespace dnncut
