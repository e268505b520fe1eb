// SPDX-License-Identifier: Apache-2.0
//
// Puts nodes into topological order with Kahn's algorithm and a heap: among the
// nodes that are ready, the one that stands first in the file comes first, so
// the order depends on the file only. A list in order is left as it is.
//
// Nodes that never become ready lie on a cycle or behind one. Each of them has
// a predecessor that is not ready either; so walking backwards over those must
// come to a node for the second time, and what lies between is a cycle to show.
#include "frontends/check/node_sort.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/model/onnx_walk.h"
#include "frontends/read/onnx_text.h"

namespace dnncut {
namespace {

// By node: the nodes whose outputs it reads, also those that its bodies
// capture.
using Predecessors = std::vector<std::vector<int>>;

Predecessors FindPredecessors(const NodeList& nodes) {
  std::unordered_map<std::string_view, int> producers;
  for (int i = 0; i < nodes.size(); ++i) {
    for (const auto& output : nodes[i].output()) {
      if (!output.empty()) producers.emplace(output, i);
    }
  }
  Predecessors predecessors(static_cast<size_t>(nodes.size()));
  for (int i = 0; i < nodes.size(); ++i) {
    for (const auto& name : ReadNames(nodes[i])) {
      const auto found = producers.find(name);
      if (found != producers.end()) predecessors[i].push_back(found->second);
    }
  }
  return predecessors;
}

bool IsSorted(const Predecessors& predecessors) {
  for (size_t i = 0; i < predecessors.size(); ++i) {
    for (int predecessor : predecessors[i]) {
      if (predecessor >= static_cast<int>(i)) return false;
    }
  }
  return true;
}

// The nodes in topological order; those on a cycle or behind one are missing.
std::vector<int> TopologicalOrder(const Predecessors& predecessors) {
  const int count = static_cast<int>(predecessors.size());
  std::vector<std::vector<int>> successors(predecessors.size());
  std::vector<size_t> missing(predecessors.size());
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (int i = 0; i < count; ++i) {
    for (int predecessor : predecessors[i])
      successors[predecessor].push_back(i);
    missing[i] = predecessors[i].size();
    if (missing[i] == 0) ready.push(i);
  }
  std::vector<int> order;
  while (!ready.empty()) {
    const int node = ready.top();
    ready.pop();
    order.push_back(node);
    for (int successor : successors[node]) {
      if (--missing[successor] == 0) ready.push(successor);
    }
  }
  return order;
}

// The nodes of a cycle, each reading from the one before it, the first from the
// last.
std::vector<int> FindCycle(const Predecessors& predecessors,
                           const std::vector<int>& sorted) {
  std::vector<bool> is_sorted(predecessors.size(), false);
  for (int node : sorted) is_sorted[node] = true;
  const auto first = std::find(is_sorted.begin(), is_sorted.end(), false);
  // Each node that is not sorted has a predecessor that is not sorted, so a
  // walk backwards comes to a node a second time.
  std::vector<int> path;
  std::vector<int> position(predecessors.size(), -1);
  int node = static_cast<int>(first - is_sorted.begin());
  while (position[node] < 0) {
    position[node] = static_cast<int>(path.size());
    path.push_back(node);
    node = *std::find_if(predecessors[node].begin(), predecessors[node].end(),
                         [&](int left) { return !is_sorted[left]; });
  }
  path.erase(path.begin(), path.begin() + position[node]);
  std::reverse(path.begin(), path.end());
  return path;
}

// The first tensor that `reader` reads from `writer`.
std::string TensorBetween(const ONNX_NAMESPACE::NodeProto& writer,
                          const ONNX_NAMESPACE::NodeProto& reader) {
  for (const auto& name : ReadNames(reader)) {
    const auto& outputs = writer.output();
    if (std::find(outputs.begin(), outputs.end(), name) != outputs.end()) {
      return name;
    }
  }
  return "";
}

[[noreturn]] void FailWithCycle(const std::string& place, const NodeList& nodes,
                                const std::vector<int>& cycle) {
  constexpr size_t kMostShown = 20;
  const auto text = [&](int node) {
    return NodeText(node, nodes[node].name(), nodes[node].op_type());
  };
  if (cycle.size() == 1) {
    Fail(ExitCode::kBadInput, "E218", "{}: {} reads its own output {}", place,
         text(cycle[0]),
         Quote(TensorBetween(nodes[cycle[0]], nodes[cycle[0]])));
  }
  std::string path = text(cycle[0]);
  for (size_t i = 0; i < cycle.size(); ++i) {
    if (i == kMostShown) {
      path += fmt::format(" -> ... {} more ...", cycle.size() - kMostShown);
      break;
    }
    const int next = cycle[(i + 1) % cycle.size()];
    path += fmt::format(" -> {} -> {}",
                        Quote(TensorBetween(nodes[cycle[i]], nodes[next])),
                        text(next));
  }
  Fail(ExitCode::kBadInput, "E218", "{}: the nodes form a cycle: {}", place,
       path);
}

// Moves the messages instead of copying them.
void Reorder(const std::vector<int>& order, NodeList* nodes) {
  std::vector<ONNX_NAMESPACE::NodeProto*> taken(order.size());
  nodes->ExtractSubrange(0, nodes->size(), taken.data());
  for (int node : order) nodes->AddAllocated(taken[node]);
}

}  // namespace

bool SortNodes(const std::string& place, NodeList* nodes) {
  const Predecessors predecessors = FindPredecessors(*nodes);
  if (IsSorted(predecessors)) return false;
  const std::vector<int> order = TopologicalOrder(predecessors);
  if (order.size() != predecessors.size()) {
    FailWithCycle(place, *nodes, FindCycle(predecessors, order));
  }
  Reorder(order, nodes);
  return true;
}

}  // namespace dnncut
