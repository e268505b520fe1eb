// SPDX-License-Identifier: Apache-2.0
//
// X is a region with one entry u (outside) and one exit e (inside); FindRegions
// in region.h says what holds of it.
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
// the shared wire. Regions with several shared wires are left alone, and those
// with a feed that has an end outside: what that costs depends on more than A.
// A feed inside is part of the region's own problem and costs the same there.
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

#include "compiler/base/disjoint_sets.h"
#include "passes/adjacency.h"
#include "passes/region.h"

namespace dnncut {

Grouping CollapseRegions(const BlockGraph& graph) {
  const Adjacency adjacency = MakeAdjacency(graph);
  DisjointSets merges(graph.blocks.size());
  for (const Region& region : FindRegions(graph, adjacency)) {
    if (region.shared_wires > 1 ||
        HasOuterFeeds(graph, adjacency, region.blocks)) {
      continue;
    }
    RegionContext context;
    bool never_split =
        IsNeverSplit(MakeRegionGraph(graph, adjacency, region.blocks, context));
    if (never_split && region.shared_wires == 1) {
      context.pays_shared_wires = false;
      never_split = IsNeverSplit(
          MakeRegionGraph(graph, adjacency, region.blocks, context));
    }
    if (never_split) merges.JoinAll(region.blocks);
  }
  return merges.Representatives();
}

}  // namespace dnncut
