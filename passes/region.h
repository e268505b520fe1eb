// SPDX-License-Identifier: Apache-2.0
//
// A set of blocks with what surrounds it, as a small problem of its own: how
// collapse_regions and collapse_trees prove that no best cut splits the set.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/problem/block_graph.h"
#include "compiler/problem/cost_line.h"
#include "passes/adjacency.h"

namespace dnncut {

// Larger regions are left alone until their parts have merged; none may hold
// more than half of the blocks, as that would be solving the problem first.
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

// All of at most LargestRegion blocks. Every wire that leaves such a region is
// made by its exit, every wire that enters it by its entry: a producer p of a
// block of the region lies on a path from the start over p to the exit; this
// path runs through the entry, and if the entry came after p there would be a
// cycle, so p is in the region.
std::vector<Region> FindRegions(const BlockGraph& graph,
                                const Adjacency& adjacency);

// What the region's surroundings look like when it is split.
struct RegionContext {
  // The first block of the region is on the device for sure.
  bool first_on_device = false;
  // The last block of the region is on the server for sure.
  bool last_on_server = false;
  // Wires from outside with readers outside as well do not cross already, so
  // the region pays for them.
  bool pays_shared_wires = true;
};

// The region's blocks (ascending, topological) between two anchors: block 0
// makes every wire that enters, the last block reads every wire that leaves.
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
// of the range, and so, costs times W being lines, at every W between.
bool IsAlways(RegionSide side, const BlockGraph& region_graph);

// True when the canonical best cut of the region graph is all device or all
// server at every integer W of the range.
bool IsNeverSplit(const BlockGraph& region_graph);

}  // namespace dnncut
