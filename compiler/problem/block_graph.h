// SPDX-License-Identifier: Apache-2.0
//
// The problem on blocks of layers that no best cut separates. MakeBlockGraph
// makes it from the problem. A pass decides which blocks belong together, and
// Contract, the only function that makes coarser graphs, merges them. It is
// what the CIC paper calls the splitting model: with a bandwidth and a round
// trip time, the best cut can be found from it alone. Always true of it:
//
// * block 0 is the device's anchor: the model's inputs and all that must run on
//   the device. It is on the device in every cut;
// * with has_server_anchor the last block is the server's: whatever must run
//   there, the reader of results that are wanted there, and the holder of
//   inputs that lie there. Each of these makes every cut use the network;
// * blocks are in topological order (wires go from lower to higher ids) and all
//   but the anchors hold a layer. A block that reads no wire makes its data
//   itself (random numbers) or is fed and may be on either side;
// * the costs of a cut of the blocks are those of the same cut of the problem.
#pragma once

#include <vector>

#include "compiler/problem/cost_line.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/problem.h"
#include "compiler/problem/side.h"

namespace dnncut {

using BlockId = int;

struct Block {
  std::vector<LayerId> layers;  // ascending; an anchor may have none
  // What it costs on either side, as objective.h prices it; on the server with
  // the download of its results.
  PerSide<CostLine> cost;

  bool operator==(const Block&) const = default;
};

// Tensors with the same producer and the same readers, as one.
struct Wire {
  BlockId producer = 0;
  std::vector<BlockId> readers;  // ascending, each once, never the producer
  CostLine cost;  // when the producer is on the device and a reader is not
  std::vector<TensorId> tensors;  // ascending

  bool operator==(const Wire&) const = default;
};

// Inputs of the model with the same holder and the same readers that need not
// lie on the device. They lie on the side of the holder, which is the block
// that made them in the inference before, or the server's anchor, and are sent
// to readers on the other side, whichever that is. So no order of blocks
// follows from a feed: its readers may come before the holder.
struct Feed {
  BlockId holder = 0;
  std::vector<BlockId> readers;  // ascending, each once, never the holder
  CostLine up;    // when the holder is on the device and a reader is not
  CostLine down;  // when the holder is on the server and a reader is not
  std::vector<TensorId> tensors;  // ascending

  bool operator==(const Feed&) const = default;
};

struct BlockGraph {
  std::vector<Block> blocks;
  std::vector<Wire> wires;  // by producer, then readers
  std::vector<Feed> feeds;  // by holder, then readers
  bool has_server_anchor = false;
  BandwidthRange range;  // the merges of passes are right for these bandwidths

  bool operator==(const BlockGraph&) const = default;
};

// One block per layer, except that pins, groups and tensors that must not cross
// are already contracted. Throws Error when pins clash, naming the layers.
BlockGraph MakeBlockGraph(const Problem& problem);

// By BlockId: blocks with the same label are to become one. Labels are block
// ids: label[b] <= b is any member of b's group, label[b] == b for a block that
// stays.
using Grouping = std::vector<BlockId>;

// Merges the groups, and also all blocks that would then lie on a cycle (a
// block between two members of a group is on their side in every cut). Wires
// and feeds inside a block vanish; the costs of those with equal ends are added
// up.
BlockGraph Contract(const BlockGraph& graph, const Grouping& grouping);

// Blocks that hold a layer: the number that table.json calls "blocks".
int CountBlocks(const BlockGraph& graph);

// The cut of the layers that puts exactly the blocks with on_device[b] on the
// device. `layer_count` is the problem's.
Cut ExpandCut(const BlockGraph& graph, const std::vector<bool>& on_device,
              int layer_count);

// What the cut costs that puts exactly the blocks with on_device[b] on the
// device, and `round_trip` unless everything is there. Throws Error on
// overflow, which a graph of MakeBlockGraph does not have.
CostLine CostOf(const BlockGraph& graph, const std::vector<bool>& on_device,
                const CostLine& round_trip);

// Throws std::logic_error when one of the promises above does not hold.
void VerifyBlockGraph(const BlockGraph& graph);

}  // namespace dnncut
