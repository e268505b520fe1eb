// SPDX-License-Identifier: Apache-2.0
//
// A set of blocks between two anchors that stand for its surroundings, as a
// small problem of its own. If no best cut of the small problem splits the set,
// no best cut of the whole graph does; collapse_regions.cc and
// collapse_trees.cc have the proofs.
#pragma once

#include <vector>

#include "compiler/problem/block_graph.h"
#include "compiler/problem/cost_line.h"
#include "passes/adjacency.h"

namespace dnncut {

// The most blocks that a region may have. Larger regions are left alone until
// their parts have merged. None may have more than half of all blocks: its
// small problem would be nearly as large as the whole one.
int LargestRegion(const BlockGraph& graph);

// A region with one way in and one way out: what lies on the paths from
// `entry`, which dominates `exit`, to `exit`.
struct Region {
  BlockId entry = 0;            // not part of it
  BlockId exit = 0;             // part of it
  std::vector<BlockId> blocks;  // ascending, at least two
  // Wires of `entry` that are read both in the region and outside.
  int shared_wires = 0;
};

// Does a feed of one of these blocks (ascending) have another end outside? Such
// a set of blocks is no problem of its own.
bool HasOuterFeeds(const BlockGraph& graph, const Adjacency& adjacency,
                   const std::vector<BlockId>& region);

// All regions of at most LargestRegion blocks. Every wire that leaves such a
// region is made by its exit, and every wire that enters it is made by its
// entry. The latter, because: let b be a block of the region and p one of its
// producers, but not the entry. A path from the start over p and b to the exit
// runs through the entry, which dominates the exit. The entry is not behind b
// on this path, as it leads to b and there are no cycles. So it is before p,
// and p, which lies between the entry and the exit, is in the region.
std::vector<Region> FindRegions(const BlockGraph& graph,
                                const Adjacency& adjacency);

// What is known of the region's surroundings when a cut splits the region.
struct RegionContext {
  // The first block of the region is on the device for sure.
  bool first_on_device = false;
  // The last block of the region is on the server for sure.
  bool last_on_server = false;
  // True: a wire from outside that has readers both in the region and outside
  // does not cross for the latter, so the region pays for it.
  bool pays_shared_wires = true;
};

// The region's blocks (ascending, topological) between two anchors: block 0
// makes every wire that enters, the last block reads every wire that leaves.
// Of feeds it has those with all ends in the region.
// Region block i is block i + 1, or an anchor when the context says so.
BlockGraph MakeRegionGraph(const BlockGraph& graph, const Adjacency& adjacency,
                           const std::vector<BlockId>& region,
                           const RegionContext& context);

// Which part of a region graph is on the device in a cut.
enum class RegionSide { kAllServer, kAllDevice, kSplit };
RegionSide SideOfRegion(const std::vector<bool>& on_device);

// The cost of the cut with all blocks but the anchors on `side`, not kSplit;
// the round trip left out.
CostLine RegionCost(RegionSide side, const BlockGraph& graph);

// True when the canonical best cut of the region graph is `side` at both ends
// of the range. It is then so at every W between, because costs times W are
// straight lines in W.
bool IsAlways(RegionSide side, const BlockGraph& region_graph);

// True when the canonical best cut of the region graph is all device or all
// server at every integer W of the range.
bool IsNeverSplit(const BlockGraph& region_graph);

}  // namespace dnncut
