// SPDX-License-Identifier: Apache-2.0
#include "compiler/objectives/decision_order.h"

#include <tuple>

#include "compiler/base/interrupt.h"

namespace dnncut {
namespace {

// Takes the block, of those that may come next, after which the fewest links
// are open; of equals the first in the order of the graph.
class OrderSearch {
 public:
  explicit OrderSearch(const PricedGraph& graph)
      : graph_(graph),
        links_of_(graph.blocks.size()),
        ends_left_(graph.links.size(), 0),
        is_open_(graph.links.size(), false),
        waits_for_(graph.blocks.size(), 0) {
    for (size_t id = 0; id < graph.links.size(); ++id) {
      AddEnd(graph.links[id].holder, id);
      for (const BlockId reader : graph.links[id].readers) AddEnd(reader, id);
    }
    for (const auto& followers : graph.followers) {
      for (const BlockId next : followers) ++waits_for_[next];
    }
    for (BlockId b = 1; b < graph.BlockCount(); ++b) {
      if (waits_for_[b] == 0 && !graph.IsAnchor(b)) ready_.push_back(b);
    }
  }

  std::vector<BlockId> Run() {
    std::vector<BlockId> order;
    while (!ready_.empty()) {
      ThrowIfInterrupted();
      const size_t best = Best();
      const BlockId block = ready_[best];
      ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(best));
      order.push_back(block);
      for (const size_t id : links_of_[block]) {
        --ends_left_[id];
        is_open_[id] = ends_left_[id] > 0;
      }
      for (const BlockId next : graph_.followers[block]) {
        if (--waits_for_[next] == 0) ready_.push_back(next);
      }
    }
    return order;
  }

 private:
  // Anchors are decided before all, so they open nothing that could be left.
  void AddEnd(BlockId block, size_t link) {
    if (graph_.IsAnchor(block)) return;
    links_of_[block].push_back(link);
    ++ends_left_[link];
  }

  // By how many the open links become more.
  int Growth(BlockId block) const {
    int growth = 0;
    for (const size_t id : links_of_[block]) {
      growth += (ends_left_[id] > 1 ? 1 : 0) - (is_open_[id] ? 1 : 0);
    }
    return growth;
  }

  size_t Best() const {
    size_t best = 0;
    std::tuple<int, BlockId> least = {Growth(ready_[0]), ready_[0]};
    for (size_t i = 1; i < ready_.size(); ++i) {
      const std::tuple<int, BlockId> key = {Growth(ready_[i]), ready_[i]};
      if (key >= least) continue;
      least = key;
      best = i;
    }
    return best;
  }

  const PricedGraph& graph_;
  std::vector<std::vector<size_t>> links_of_;  // by block
  std::vector<int> ends_left_;                 // by link: not in the order yet
  std::vector<bool> is_open_;
  std::vector<int> waits_for_;  // by block: how many arcs of followers
  std::vector<BlockId> ready_;
};

}  // namespace

std::vector<BlockId> DecisionOrder(const PricedGraph& graph) {
  return OrderSearch(graph).Run();
}

}  // namespace dnncut
