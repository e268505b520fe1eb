// SPDX-License-Identifier: Apache-2.0
#include "compiler/solve/cut_certificate.h"

#include <fmt/format.h>

namespace dnncut {

std::string WhyNotMinimal(const std::vector<FlowArc>& arcs, int source,
                          int sink, const std::vector<bool>& in_sink_side,
                          Int128 capacity) {
  if (in_sink_side[source] || !in_sink_side[sink]) {
    return "the cut does not separate the terminals";
  }
  std::vector<Int128> excess(in_sink_side.size(), 0);
  Int128 crossing = 0;
  for (const FlowArc& arc : arcs) {
    if (arc.flow < 0 || arc.flow > arc.capacity) {
      return fmt::format("the arc {} -> {} breaks its capacity", arc.from,
                         arc.to);
    }
    excess[arc.from] -= arc.flow;
    excess[arc.to] += arc.flow;
    if (!in_sink_side[arc.from] && in_sink_side[arc.to]) {
      crossing += arc.capacity;
    }
  }
  for (int node = 0; node < static_cast<int>(excess.size()); ++node) {
    if (node != source && excess[node] < 0) {
      return fmt::format("node {} sends more than it gets", node);
    }
  }
  if (crossing != capacity) return "the cut has another capacity";
  if (excess[sink] != capacity) return "the flow does not saturate the cut";
  return "";
}

}  // namespace dnncut
