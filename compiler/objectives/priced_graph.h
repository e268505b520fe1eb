// SPDX-License-Identifier: Apache-2.0
//
// A block graph (compiler/problem/block_graph.h) whose parts cost several
// amounts instead of one line. Which blocks there are, and what a cut is, is
// the same; only the prices differ. The round trip, and weights that layers
// share, are links like any other here.
#pragma once

#include <vector>

#include "compiler/objectives/amounts.h"
#include "compiler/problem/block_graph.h"
#include "compiler/problem/problem.h"
#include "compiler/problem/side.h"

namespace dnncut {

// Something that many layers of one side share, a weight: paid on a side once
// if a layer of `layers` is there.
struct SharedPrice {
  std::vector<LayerId> layers;  // ascending, each once
  PerSide<Amounts> price;
};

// The prices of the parts of a problem, all >= 0.
struct Prices {
  int count = 0;                         // how many amounts are used
  std::vector<PerSide<Amounts>> layers;  // by LayerId
  std::vector<Amounts> uploads;          // by TensorId; of one without a size 0
  std::vector<Amounts> downloads;        // by TensorId
  Amounts round_trip;                    // paid when the link is used
  std::vector<SharedPrice> shared;
};

// Ends of links that are always on their side, beside the blocks that are.
inline constexpr BlockId kAlwaysServer = -1;

// Something that lies on the side of its holder and is paid once when a reader
// is on the other side: a wire, a feed, the round trip, a shared weight.
struct PricedLink {
  BlockId holder = 0;            // or kAlwaysServer
  std::vector<BlockId> readers;  // ascending, each once, never the holder
  Amounts up;    // when the holder is on the device and a reader is not
  Amounts down;  // when the holder is on the server and a reader is not
};

struct PricedGraph {
  int amounts = 0;
  bool has_server_anchor = false;        // then it is the last block
  std::vector<PerSide<Amounts>> blocks;  // block 0 is the device's anchor
  std::vector<int> layer_counts;         // by block
  std::vector<LayerId> first_layers;     // by block; -1 of one without layers
  // By block: those that must be on the server when it is; later blocks.
  std::vector<std::vector<BlockId>> followers;
  std::vector<PricedLink> links;

  int BlockCount() const { return static_cast<int>(blocks.size()); }
  bool IsAnchor(BlockId b) const {
    return b <= 0 || (has_server_anchor && b + 1 == BlockCount());
  }
};

// `blocks` is MakeBlockGraph(problem) or what Contract makes of it. Throws
// Error when the sum of all prices does not fit; no sum of a cut overflows
// then.
PricedGraph MakePricedGraph(const Problem& problem, const BlockGraph& blocks,
                            const Prices& prices);

// What the cut costs that puts exactly the blocks with on_device[b] on the
// device.
Amounts CostOf(const PricedGraph& graph, const std::vector<bool>& on_device);

}  // namespace dnncut
