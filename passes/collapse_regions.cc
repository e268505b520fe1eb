// SPDX-License-Identifier: Apache-2.0
//
// The region X of a block e is what lies on the paths from u, the dominator of
// e, to e; u is outside, e inside. X counts only if every wire that leaves it
// is made by e. Wires that enter it then come from u alone: a producer p of a
// block of X other than u lies on a path from the start over p to e; this path
// runs through u, and if u came after p there would be a cycle, so p is between
// u and e, in X.
//
// Why the best cut stays. Let D be the device side of the canonical best cut at
// W and let D split X: A, the part of X in D, is neither empty nor X. Then u is
// in D (A needs it) and e is not (it needs all of X), nor are the readers of e.
// So both D - X and D + X are cuts. Outside X nothing changes but for wires of
// u that have readers in X and outside: either they cross already because of
// the latter (then X does not pay for them) or not (then it does). The costs of
// D, D - X and D + X hence differ exactly as those of A, nothing and X in the
// region's own problem (region.h), in which u's wires come from the device and
// the readers of e are on the server; one problem for each of the two states of
// the shared wire. Regions with several shared wires are left alone.
//
// The region collapses only if, in each state and at every integer W of the
// range, the canonical best cut of its own problem is empty or X. If it is
// empty, cost(D - X) <= cost(D) with a smaller device side, so D is not
// canonical. If it is X, cost(D + X) < cost(D), as the canonical cut is the
// smallest: D is not best. The round trip is paid by D (e is on the server), so
// neither change adds one.
//
// "At every W" takes at most four cuts. Costs times W are lines in W. While the
// all-server line is the lower one of the two (an interval of W), it is enough
// to look at the interval's ends: A's line is not below it there, hence nowhere
// between. The same with "above" for all-device. The two lines cross at most
// once, so the ends are those of the range and the integers around the
// crossing.
#include "passes/collapse_regions.h"

#include <algorithm>

#include "passes/adjacency.h"
#include "passes/dominators.h"
#include "passes/region.h"

namespace dnncut {
namespace {

// Collects regions, reusing its marks.
class RegionFinder {
 public:
  RegionFinder(const BlockGraph& graph, const Adjacency& adjacency)
      : adjacency_(adjacency),
        largest_(LargestRegion(graph)),
        mark_(graph.blocks.size(), -1) {}

  // The blocks on paths from `entry` (excluded) to `exit`, ascending; empty
  // when there are too many or a wire leaves on the way.
  std::vector<BlockId> Between(BlockId entry, BlockId exit) {
    std::vector<BlockId> region = {exit};
    mark_[exit] = exit;
    for (size_t i = 0; i < region.size(); ++i) {
      for (BlockId producer : adjacency_.producers[region[i]]) {
        if (producer == entry || mark_[producer] == exit) continue;
        mark_[producer] = exit;
        region.push_back(producer);
        if (static_cast<int>(region.size()) > largest_) return {};
      }
    }
    for (BlockId block : region) {
      if (block == exit) continue;
      for (BlockId reader : adjacency_.readers[block]) {
        if (mark_[reader] != exit) return {};
      }
    }
    std::sort(region.begin(), region.end());
    return region;
  }

  // Wires of `entry` with readers both in the region just found and outside.
  int CountSharedWires(const BlockGraph& graph, BlockId entry, BlockId exit) {
    int shared = 0;
    for (WireId id : adjacency_.makes[entry]) {
      const std::vector<BlockId>& readers = graph.wires[id].readers;
      const auto inside =
          std::count_if(readers.begin(), readers.end(),
                        [&](BlockId reader) { return mark_[reader] == exit; });
      if (inside > 0 && inside < static_cast<long>(readers.size())) ++shared;
    }
    return shared;
  }

 private:
  const Adjacency& adjacency_;
  int largest_;
  std::vector<BlockId> mark_;  // the exit of the region last found around it
};

}  // namespace

Grouping CollapseRegions(const BlockGraph& graph) {
  const Adjacency adjacency = MakeAdjacency(graph);
  const std::vector<BlockId> dominators = BlockDominators(adjacency);
  RegionFinder finder(graph, adjacency);
  MergeSet merges(graph);
  // The server's anchor is on the server in every cut, with or without X.
  const BlockId end = static_cast<BlockId>(graph.blocks.size()) -
                      (graph.has_server_anchor ? 1 : 0);
  for (BlockId exit = 1; exit < end; ++exit) {
    // With a single producer the region is the exit alone.
    if (adjacency.producers[exit].size() < 2) continue;
    const BlockId entry = dominators[exit];
    const std::vector<BlockId> region = finder.Between(entry, exit);
    if (region.size() < 2) continue;
    const int shared = finder.CountSharedWires(graph, entry, exit);
    if (shared > 1) continue;

    RegionContext context;
    bool never_split =
        IsNeverSplit(MakeRegionGraph(graph, adjacency, region, context));
    if (never_split && shared == 1) {
      context.pays_shared_wires = false;
      never_split =
          IsNeverSplit(MakeRegionGraph(graph, adjacency, region, context));
    }
    if (!never_split) continue;
    for (BlockId block : region) merges.Merge(region.front(), block);
  }
  return merges.MakeGrouping();
}

}  // namespace dnncut
