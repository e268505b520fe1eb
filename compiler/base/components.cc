// SPDX-License-Identifier: Apache-2.0
//
// Strongly connected components, numbered in topological order.
//
// Three steps: Tarjan's algorithm finds the components; each gets its smallest
// node as a key; Kahn's algorithm with a heap numbers them. The arcs between
// components form no cycle (components on a cycle would be one), so there is
// always one that is ready, and all get a number. The heap gives the ready one
// with the smallest key, so the numbering depends on the graph only. Where the
// order of the keys is topological already, each key is ready by the time all
// smaller ones are numbered, so the heap would give that same order and is not
// needed.
#include "compiler/base/components.h"

#include <algorithm>
#include <functional>
#include <queue>

namespace dnncut {
namespace {

constexpr int kUnseen = -1;

// Tarjan's algorithm (Depth-first search and linear graph algorithms, 1972)
// with the call stack as a vector: a model is as deep as it has layers.
// Returns the component of each node, numbered in no useful order.
class Tarjan {
 public:
  explicit Tarjan(const Successors& graph)
      : graph_(graph),
        order_(graph.NodeCount(), kUnseen),
        low_(graph.NodeCount(), 0),
        component_(graph.NodeCount(), kUnseen) {}

  std::vector<int> Run() {
    for (int node = 0; node < graph_.NodeCount(); ++node) {
      if (order_[node] == kUnseen) Visit(node);
    }
    return std::move(component_);
  }

 private:
  struct Frame {
    int node = 0;
    int next = 0;  // index into graph_.targets
  };

  void Enter(int node) {
    order_[node] = low_[node] = next_order_++;
    open_.push_back(node);
    calls_.push_back({node, graph_.first[node]});
  }

  void Visit(int root) {
    Enter(root);
    while (!calls_.empty()) {
      Frame& frame = calls_.back();
      const int node = frame.node;
      if (frame.next < graph_.first[node + 1]) {
        const int target = graph_.targets[frame.next++];
        if (order_[target] == kUnseen) {
          Enter(target);
        } else if (component_[target] == kUnseen) {
          low_[node] = std::min(low_[node], order_[target]);
        }
        continue;
      }
      calls_.pop_back();
      if (!calls_.empty()) {
        int& low = low_[calls_.back().node];
        low = std::min(low, low_[node]);
      }
      if (low_[node] == order_[node]) Close(node);
    }
  }

  void Close(int root) {
    int node = kUnseen;
    do {
      node = open_.back();
      open_.pop_back();
      component_[node] = component_count_;
    } while (node != root);
    ++component_count_;
  }

  const Successors& graph_;
  std::vector<int> order_;
  std::vector<int> low_;
  std::vector<int> component_;
  std::vector<int> open_;
  std::vector<Frame> calls_;
  int next_order_ = 0;
  int component_count_ = 0;
};

// Renumbers components by their smallest node.
std::vector<int> NumberBySmallestNode(const std::vector<int>& component) {
  std::vector<int> number(component.size(), kUnseen);
  std::vector<int> result(component.size());
  int count = 0;
  for (size_t node = 0; node < component.size(); ++node) {
    int& n = number[component[node]];
    if (n == kUnseen) n = count++;
    result[node] = n;
  }
  return result;
}

// Kahn's algorithm with a heap, on components numbered by their keys. Returns
// the position of each.
std::vector<int> TopologicalPositions(const Successors& graph,
                                      const std::vector<int>& component) {
  const int count = component.empty() ? 0
                                      : 1 + *std::max_element(component.begin(),
                                                              component.end());
  std::vector<DirectedArc> arcs;
  std::vector<int> missing(count, 0);
  for (int node = 0; node < graph.NodeCount(); ++node) {
    for (int i = graph.first[node]; i < graph.first[node + 1]; ++i) {
      const int from = component[node];
      const int to = component[graph.targets[i]];
      if (from == to) continue;
      arcs.push_back({from, to});
      ++missing[to];
    }
  }
  const bool in_order =
      std::all_of(arcs.begin(), arcs.end(),
                  [](const DirectedArc& arc) { return arc.from < arc.to; });
  std::vector<int> position(count);
  if (in_order) {
    // The keys' order is topological, so the heap would give just that.
    for (int c = 0; c < count; ++c) position[c] = c;
    return position;
  }
  const Successors coarse = MakeSuccessors(count, arcs);
  std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
  for (int c = 0; c < count; ++c) {
    if (missing[c] == 0) ready.push(c);
  }
  int next = 0;
  while (!ready.empty()) {
    const int c = ready.top();
    ready.pop();
    position[c] = next++;
    for (int i = coarse.first[c]; i < coarse.first[c + 1]; ++i) {
      if (--missing[coarse.targets[i]] == 0) ready.push(coarse.targets[i]);
    }
  }
  return position;
}

}  // namespace

Successors MakeSuccessors(int node_count,
                          const std::vector<DirectedArc>& arcs) {
  Successors graph;
  graph.first.assign(node_count + 1, 0);
  for (const DirectedArc& arc : arcs) ++graph.first[arc.from + 1];
  for (int node = 0; node < node_count; ++node) {
    graph.first[node + 1] += graph.first[node];
  }
  graph.targets.resize(arcs.size());
  std::vector<int> next(graph.first.begin(), graph.first.end() - 1);
  for (const DirectedArc& arc : arcs) graph.targets[next[arc.from]++] = arc.to;
  return graph;
}

std::vector<int> OrderedComponents(const Successors& graph) {
  std::vector<int> component = NumberBySmallestNode(Tarjan(graph).Run());
  const std::vector<int> position = TopologicalPositions(graph, component);
  for (int& c : component) c = position[c];
  return component;
}

}  // namespace dnncut
