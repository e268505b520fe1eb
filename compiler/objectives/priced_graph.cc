// SPDX-License-Identifier: Apache-2.0
//
// What a link stands for, beside wires and feeds, which are links as they are:
//
// * The round trip is paid when a block is on the server. A cut is closed under
//   predecessors, so that is when a block without readers is there: a link from
//   the device's anchor to all of these. With a server's anchor it is a
//   constant (compiler/solve/cut_problem.cc has the proof).
// * A shared weight is paid on the server when a layer that reads it is there:
//   a link that the device's anchor holds. It is paid on the device when one is
//   there: a link that the server holds.
#include "compiler/objectives/priced_graph.h"

#include <algorithm>

namespace dnncut {
namespace {

constexpr std::string_view kTotal = "sum of all the costs of the problem";

Amounts SumOf(const std::vector<TensorId>& tensors,
              const std::vector<Amounts>& prices) {
  Amounts sum;
  for (const TensorId t : tensors) sum += prices[t];
  return sum;
}

// No cut pays anything twice, so it pays at most this.
void CheckTotal(const Prices& prices) {
  Amounts total = prices.round_trip;
  const auto add = [&total](const Amounts& price) {
    total = CheckedAdd(total, price, kTotal);
  };
  for (const PerSide<Amounts>& price : prices.layers) {
    add(price.device);
    add(price.server);
  }
  for (const Amounts& price : prices.uploads) add(price);
  for (const Amounts& price : prices.downloads) add(price);
  for (const SharedPrice& shared : prices.shared) {
    add(shared.price.device);
    add(shared.price.server);
  }
}

class PriceMaker {
 public:
  PriceMaker(const Problem& problem, const BlockGraph& blocks,
             const Prices& prices)
      : problem_(problem), blocks_(blocks), prices_(prices) {
    graph_.amounts = prices.count;
    graph_.has_server_anchor = blocks.has_server_anchor;
    graph_.blocks.resize(blocks.blocks.size());
    graph_.followers.resize(blocks.blocks.size());
    for (const Block& block : blocks.blocks) {
      graph_.layer_counts.push_back(static_cast<int>(block.layers.size()));
      graph_.first_layers.push_back(block.layers.empty() ? -1
                                                         : block.layers[0]);
    }
    block_of_.resize(problem.layers.size());
  }

  PricedGraph Make() {
    AddBlocks();
    for (const Wire& wire : blocks_.wires) AddWire(wire);
    for (const Feed& feed : blocks_.feeds) {
      AddLink({feed.holder, feed.readers, SumOf(feed.tensors, prices_.uploads),
               SumOf(feed.tensors, prices_.downloads)});
    }
    for (const SharedPrice& shared : prices_.shared) AddShared(shared);
    AddRoundTrip();
    return std::move(graph_);
  }

 private:
  void AddBlocks() {
    for (BlockId b = 0; b < graph_.BlockCount(); ++b) {
      for (const LayerId l : blocks_.blocks[b].layers) {
        block_of_[l] = b;
        graph_.blocks[b].device += prices_.layers[l].device;
        graph_.blocks[b].server += prices_.layers[l].server;
      }
    }
    for (TensorId t = 0; t < std::ssize(problem_.tensors); ++t) {
      const ProblemTensor& tensor = problem_.tensors[t];
      if (WantedOn(problem_, tensor) != Side::kDevice) continue;
      graph_.blocks[block_of_[tensor.producer]].server += prices_.downloads[t];
    }
  }

  // One that costs nothing decides nothing.
  void AddLink(PricedLink link) {
    if (link.readers.empty()) return;
    if (link.up == Amounts{} && link.down == Amounts{}) return;
    graph_.links.push_back(std::move(link));
  }

  void AddWire(const Wire& wire) {
    for (const BlockId reader : wire.readers) {
      if (wire.producer == 0 || graph_.IsAnchor(reader)) continue;
      graph_.followers[wire.producer].push_back(reader);
    }
    AddLink({wire.producer,
             wire.readers,
             SumOf(wire.tensors, prices_.uploads),
             {}});
  }

  void AddShared(const SharedPrice& shared) {
    std::vector<BlockId> readers;
    for (const LayerId l : shared.layers) readers.push_back(block_of_[l]);
    std::ranges::sort(readers);
    readers.erase(std::ranges::unique(readers).begin(), readers.end());
    AddLink({kAlwaysServer, readers, {}, shared.price.device});
    // The anchor is no reader of its own link.
    std::erase(readers, 0);
    AddLink({0, readers, shared.price.server, {}});
  }

  void AddRoundTrip() {
    if (graph_.has_server_anchor) {
      graph_.blocks.back().server += prices_.round_trip;
      return;
    }
    std::vector<bool> is_read(graph_.blocks.size(), false);
    for (const Wire& wire : blocks_.wires) is_read[wire.producer] = true;
    PricedLink link;
    for (BlockId b = 1; b < graph_.BlockCount(); ++b) {
      if (!is_read[b]) link.readers.push_back(b);
    }
    link.up = prices_.round_trip;
    AddLink(std::move(link));
  }

  const Problem& problem_;
  const BlockGraph& blocks_;
  const Prices& prices_;
  std::vector<BlockId> block_of_;  // by layer
  PricedGraph graph_;
};

}  // namespace

PricedGraph MakePricedGraph(const Problem& problem, const BlockGraph& blocks,
                            const Prices& prices) {
  CheckTotal(prices);
  return PriceMaker(problem, blocks, prices).Make();
}

Amounts CostOf(const PricedGraph& graph, const std::vector<bool>& on_device) {
  Amounts sum;
  for (BlockId b = 0; b < graph.BlockCount(); ++b) {
    sum += on_device[b] ? graph.blocks[b].device : graph.blocks[b].server;
  }
  for (const PricedLink& link : graph.links) {
    const bool up = link.holder != kAlwaysServer && on_device[link.holder];
    const bool is_paid = std::ranges::any_of(
        link.readers, [&](BlockId reader) { return on_device[reader] != up; });
    if (is_paid) sum += up ? link.up : link.down;
  }
  return sum;
}

}  // namespace dnncut
