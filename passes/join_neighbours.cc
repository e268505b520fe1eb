// SPDX-License-Identifier: Apache-2.0
//
// Why the best cut stays. Let w read from v, and let D be the device side of
// the canonical best cut at W, with v in D and w not in D (the other way round
// is no cut: nothing flows back to the device). The pass merges v and w only if
// one of two changes of D is, at every integer W of the range, no worse:
//
//   to the server: D' = D - {v}. It is a cut if w is the only reader of v,
//                  as then nothing in D needs v.
//   to the device: D' = D + {w}. It is a cut if every producer of w is v or a
//                  producer of v, as these are in D with v.
//
// What changes, in the worst case over everything outside the pair:
//
//   to the server, cost(D) - cost(D') >=
//       ns.device(v) - ns.server(v)       v moves
//     - 8e6/W download_bytes(v)           and its results come back
//     + cross(v -> w)                     no longer crosses
//     - cross(wires that v reads and w does not)
//                                         cross now, if nothing else needed
//                                         them on the server already
//   to the device, cost(D) - cost(D') >=
//       ns.server(w) - ns.device(w) + 8e6/W download_bytes(w)
//     + cross(wires whose only readers are w, or w and v)
//                                         no longer cross; a wire with another
//                                         reader may go on crossing
//     - cross(wires that w makes)         all cross now: w was on the server,
//                                         so its readers are
//
// and of each feed that the block which moves holds or reads, the most that it
// can cost after the move: v's are then held or read on the server, w's on the
// device, so that is
//
//   to the server: down(f) if v holds f,  up(f) if v reads it
//   to the device: up(f) if w holds f,    down(f) if w reads it
//
// (before the move a feed costs at least nothing, and if it goes on costing
// what it cost, the difference is 0.)
//
// where cross(wire) = cross_ns + 8e6/W bytes. The round trip is paid by D (w is
// on the server); D' pays it as well or saves it. If D' on the server side is
// no worse, it is a smaller device side with at most the same cost, and D is
// not canonical; if D' on the device side is strictly better, D is not best.
// Either way no canonical cut separates v and w where one of the two holds.
// Both bounds times W are lines in W, so "neither holds at any integer W of the
// range" is an intersection of two intervals: exact, in integers.
//
// Merging several pairs at once is sound: each statement is about the canonical
// cut of the graph as it stands, and sets that it does not split may overlap.
#include "passes/join_neighbours.h"

#include <algorithm>

#include "compiler/base/disjoint_sets.h"
#include "compiler/problem/cost_line.h"
#include "passes/adjacency.h"

namespace dnncut {
namespace {

bool Reads(const Wire& wire, BlockId block) {
  return std::binary_search(wire.readers.begin(), wire.readers.end(), block);
}

// The most that feeds can cost more when a block moves to `side`: those that it
// holds then cross in the other direction, if at all, those that it reads come
// from there.
CostLine FeedsAfterMove(const BlockGraph& graph, const Adjacency& adjacency,
                        BlockId block, Side side) {
  CostLine most;
  for (FeedId id : adjacency.feeds[block]) {
    const Feed& feed = graph.feeds[id];
    const bool holds_on_device =
        (feed.holder == block) == (side == Side::kDevice);
    most += holds_on_device ? feed.up : feed.down;
  }
  return most;
}

// A lower bound of cost(D) - cost(D - {v}).
CostLine GainOnServer(const BlockGraph& graph, const Adjacency& adjacency,
                      BlockId v, BlockId w) {
  const Block& block = graph.blocks[v];
  CostLine gain = block.cost.device - block.cost.server;
  for (WireId id : adjacency.makes[v]) gain += graph.wires[id].cost;
  for (WireId id : adjacency.reads[v]) {
    const Wire& wire = graph.wires[id];
    if (!Reads(wire, w)) gain -= wire.cost;
  }
  gain -= FeedsAfterMove(graph, adjacency, v, Side::kServer);
  return gain;
}

// A lower bound of cost(D) - cost(D + {w}).
CostLine GainOnDevice(const BlockGraph& graph, const Adjacency& adjacency,
                      BlockId v, BlockId w) {
  const Block& block = graph.blocks[w];
  CostLine gain = block.cost.server - block.cost.device;
  for (WireId id : adjacency.reads[w]) {
    const Wire& wire = graph.wires[id];
    const bool only_pair =
        std::all_of(wire.readers.begin(), wire.readers.end(),
                    [&](BlockId reader) { return reader == v || reader == w; });
    if (only_pair) gain += wire.cost;
  }
  for (WireId id : adjacency.makes[w]) gain -= graph.wires[id].cost;
  gain -= FeedsAfterMove(graph, adjacency, w, Side::kDevice);
  return gain;
}

bool NeverSeparated(const BlockGraph& graph, const Adjacency& adjacency,
                    BlockId v, BlockId w) {
  const bool is_server_anchor =
      graph.has_server_anchor && w + 1 == static_cast<int>(graph.blocks.size());
  const bool may_go_to_server =
      v != 0 && adjacency.readers[v] == std::vector<BlockId>{w};
  const std::vector<BlockId>& of_v = adjacency.producers[v];
  const bool may_go_to_device =
      !is_server_anchor &&
      std::all_of(adjacency.producers[w].begin(), adjacency.producers[w].end(),
                  [&](BlockId producer) {
                    return producer == v ||
                           std::binary_search(of_v.begin(), of_v.end(),
                                              producer);
                  });

  // The bandwidths at which a cut between v and w may be the best.
  KbpsInterval useful{graph.range.min_kbps, graph.range.max_kbps};
  if (may_go_to_server) {
    useful = Intersect(
        useful,
        WhereNegative(GainOnServer(graph, adjacency, v, w), graph.range));
  }
  if (may_go_to_device && !useful.empty()) {
    useful = Intersect(
        useful,
        WhereNotPositive(GainOnDevice(graph, adjacency, v, w), graph.range));
  }
  return useful.empty();
}

}  // namespace

Grouping JoinNeighbours(const BlockGraph& graph) {
  const Adjacency adjacency = MakeAdjacency(graph);
  DisjointSets merges(graph.blocks.size());
  const BlockId count = static_cast<BlockId>(graph.blocks.size());
  for (BlockId block = 1; block < count; ++block) {
    // The latest producer is the only one that can have all the others among
    // its own producers. A block that reads nothing is a neighbour of the
    // device's anchor, which is in every D.
    const std::vector<BlockId>& producers = adjacency.producers[block];
    const BlockId producer = producers.empty() ? 0 : producers.back();
    if (NeverSeparated(graph, adjacency, producer, block)) {
      merges.Join(producer, block);
    }
    const std::vector<BlockId>& readers = adjacency.readers[block];
    if (readers.size() != 1) continue;
    const BlockId reader = readers.front();
    if (adjacency.producers[reader].back() == block) continue;  // see above
    if (NeverSeparated(graph, adjacency, block, reader)) {
      merges.Join(block, reader);
    }
  }
  return merges.Representatives();
}

}  // namespace dnncut
