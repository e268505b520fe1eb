// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace dnncut {

// A directed graph on nodes 0 .. node_count-1, as successor lists one after
// the other: those of `node` are targets[first[node]] ..
// targets[first[node+1]].
struct Successors {
  std::vector<int> first;  // node_count + 1
  std::vector<int> targets;

  int NodeCount() const { return static_cast<int>(first.size()) - 1; }
};

struct DirectedArc {
  int from = 0;
  int to = 0;
};

Successors MakeSuccessors(int node_count, const std::vector<DirectedArc>& arcs);

// Numbers the strongly connected components in topological order (arcs between
// components go from lower to higher numbers). Of all such numberings it is the
// one that takes, again and again, the component with the smallest key among
// those whose predecessors are numbered. The key of a component is its smallest
// node, so that a graph in topological order keeps its order. Returns the
// component of each node. O((nodes + arcs) log nodes), without recursion.
std::vector<int> OrderedComponents(const Successors& graph);

}  // namespace dnncut
