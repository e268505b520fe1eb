// SPDX-License-Identifier: Apache-2.0
//
// All cuts of a graph as the paths of a small graph of decisions. A node says
// which block is decided next, and an arc on which side it is to run; the arc
// carries all that is paid because of it. So the cost of a cut is the sum of
// its arcs, the best cut for any weights is a shortest path, and cuts of which
// none is worse in every way are paths with several lengths:
//
//   [a?] --device--> [b?] --device--> [c?] --device--> end
//      \               \                 \-server-----> end
//       \               \-server------------------ ---> end
//        \-server-------------------------------------> end
//
// (a chain: with a block on the server, all that follow are there, too.) Paths
// meet wherever what is still to be decided is the same and costs the same.
// decision_graph.cc says when that is so.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/objectives/priced_graph.h"

namespace dnncut {

struct DecisionArc {
  int to = 0;  // a later node, or the end
  Amounts amounts;
};

struct DecisionNode {
  BlockId block = 0;
  int layers = 0;           // of the block
  LayerId first_layer = 0;  // the block's first
  PerSide<DecisionArc> arcs;
};

struct DecisionGraph {
  int amounts = 0;  // how many are used
  int block_count = 0;
  Amounts start;                    // paid by every cut
  std::vector<DecisionNode> nodes;  // arcs lead to later ones; node 0 begins

  // Behind all nodes. Without any it is where paths begin, too.
  int End() const { return static_cast<int>(nodes.size()); }
};

// nullopt: it would have more than `most_nodes`.
std::optional<DecisionGraph> MakeDecisionGraph(const PricedGraph& graph,
                                               int64_t most_nodes);

}  // namespace dnncut
