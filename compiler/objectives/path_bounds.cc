// SPDX-License-Identifier: Apache-2.0
#include "compiler/objectives/path_bounds.h"

#include <algorithm>

namespace dnncut {
namespace {

int64_t Weigh(const Amounts& weights, const Amounts& amounts, int count) {
  int64_t sum = 0;
  for (int k = 0; k < count; ++k) sum += weights[k] * amounts[k];
  return sum;
}

// The better of both arcs of every node, amount by amount.
template <typename Better>
std::vector<Amounts> OfEach(const DecisionGraph& graph, const Better& better) {
  std::vector<Amounts> to_end(graph.nodes.size() + 1);
  for (int node = graph.End() - 1; node >= 0; --node) {
    const auto& [device, server] = graph.nodes[node].arcs;
    for (int k = 0; k < graph.amounts; ++k) {
      to_end[node][k] = better(device.amounts[k] + to_end[device.to][k],
                               server.amounts[k] + to_end[server.to][k]);
    }
  }
  return to_end;
}

}  // namespace

std::vector<int64_t> LeastToEnd(const DecisionGraph& graph,
                                const Amounts& weights) {
  std::vector<int64_t> to_end(graph.nodes.size() + 1, 0);
  const int count = graph.amounts;
  for (int node = graph.End() - 1; node >= 0; --node) {
    const auto& [device, server] = graph.nodes[node].arcs;
    to_end[node] =
        std::min(Weigh(weights, device.amounts, count) + to_end[device.to],
                 Weigh(weights, server.amounts, count) + to_end[server.to]);
  }
  return to_end;
}

std::vector<Amounts> MostToEnd(const DecisionGraph& graph) {
  return OfEach(graph, [](int64_t a, int64_t b) { return std::max(a, b); });
}

std::vector<Amounts> LeastOfEach(const DecisionGraph& graph) {
  return OfEach(graph, [](int64_t a, int64_t b) { return std::min(a, b); });
}

DecisionPath LeastPath(const DecisionGraph& graph, const Amounts& weights,
                       const std::vector<int64_t>& least_to_end) {
  DecisionPath path;
  path.on_device.assign(graph.block_count, false);
  path.on_device[0] = true;
  path.amounts = graph.start;
  for (int node = 0; node != graph.End();) {
    const DecisionNode& at = graph.nodes[node];
    const int64_t on_server =
        Weigh(weights, at.arcs.server.amounts, graph.amounts) +
        least_to_end[at.arcs.server.to];
    const Side side =
        on_server == least_to_end[node] ? Side::kServer : Side::kDevice;
    path.on_device[at.block] = side == Side::kDevice;
    path.amounts += at.arcs[side].amounts;
    node = at.arcs[side].to;
  }
  return path;
}

}  // namespace dnncut
