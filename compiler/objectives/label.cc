// SPDX-License-Identifier: Apache-2.0
#include "compiler/objectives/label.h"

#include <limits>

namespace dnncut {

std::vector<bool> Trail::OnDevice(int last) const {
  std::vector<bool> on_device(graph_.block_count, false);
  on_device[0] = true;
  for (int at = last; at >= 0; at = steps_[at].before) {
    on_device[graph_.nodes[steps_[at].node].block] = steps_[at].on_device;
  }
  return on_device;
}

bool Trail::IsFirstByLayers(int a, int b) const {
  const std::vector<bool> of_a = OnDevice(a);
  const std::vector<bool> of_b = OnDevice(b);
  LayerId first = std::numeric_limits<LayerId>::max();
  bool is_of_b = false;
  // A block that is on the device in one of them was decided on that way.
  for (int at : {a, b}) {
    for (; at >= 0; at = steps_[at].before) {
      const DecisionNode& node = graph_.nodes[steps_[at].node];
      if (of_a[node.block] == of_b[node.block]) continue;
      if (node.first_layer >= first) continue;
      first = node.first_layer;
      is_of_b = of_b[node.block];
    }
  }
  return is_of_b;
}

}  // namespace dnncut
