// SPDX-License-Identifier: Apache-2.0
//
// Why the best cut stays. Two cuts are always there: all blocks on the server
// and all on the device (but the anchors). Let `trivial`(W) be the cost of the
// cheaper of the two at W, round trip left out. Let D be the device side of a
// cut with block v in D and block w not in D. Whatever else D holds,
//
//   * v and all its ancestors are on the device, w and all its descendants on
//     the server, and every other block costs at least the cheaper of its
//     sides;
//   * a wire crosses if an ancestor of v (or v) makes it and a descendant of w
//     (or w) reads it.
//
// The sum of these is a lower bound of cost(D), a line in W. Where it is above
// `trivial`, D is not best: D pays the round trip, so it may be left out on
// both sides. If the bound is above `trivial` at every integer W of the range,
// no best cut separates v and w.
//
// The same for a region X with entry u and exit e (region.h), with the exact
// cost of its inside: if D splits X, then u is in D and e is not, so
//
//   cost(D) >= bound of everything outside + cost of A in the region's own
//              problem, A being the part of X in D.
//
// Feeds cost at least nothing, so they are left out of both bounds, but for
// those inside X, which are part of the region's own problem.
//
// X collapses if at every integer W of the range each split A is no better than
// nothing of X on the device, or worse than all of X (both as in
// collapse_regions.cc, and only without shared wires or feeds that have an end
// outside), or its bound is above
// `trivial`.
//
// "At every W": all are lines in W. Between two integers W where the lowest of
// the alternatives (trivial cuts, nothing of X, all of X) changes, it is one
// line, and a line that is above (or not below) it at both ends is so between
// them. So the ends of the range and the integers around each crossing of two
// alternatives are enough, and at each of them one cut of the region.
#include "passes/prune_by_bound.h"

#include <algorithm>

#include "compiler/base/disjoint_sets.h"
#include "compiler/problem/cost_line.h"
#include "compiler/solve/cut_problem.h"
#include "compiler/solve/min_cut.h"
#include "passes/adjacency.h"
#include "passes/region.h"

namespace dnncut {
namespace {

// The bounds need the ancestors of every block, and a look at every wire for
// every pair of neighbours.
constexpr size_t kMostBlocks = 512;
constexpr size_t kMostLooks = 4'000'000;

bool IsTooLarge(const BlockGraph& graph) {
  if (graph.blocks.size() > kMostBlocks) return true;
  size_t reads = 0;  // at least the pairs, and the work of looking at all wires
  for (const Wire& wire : graph.wires) reads += wire.readers.size();
  return reads * reads > kMostLooks;
}

// For every block, the set of blocks that reach it (or that it reaches).
class Reach {
 public:
  explicit Reach(size_t count)
      : words_((count + 63) / 64), bits_(count * words_) {}

  void Add(BlockId to, BlockId from) {
    bits_[to * words_ + from / 64] |= uint64_t{1} << (from % 64);
  }
  void AddAll(BlockId to, BlockId from) {
    for (size_t i = 0; i < words_; ++i) {
      bits_[to * words_ + i] |= bits_[from * words_ + i];
    }
  }
  bool Has(BlockId to, BlockId from) const {
    return (bits_[to * words_ + from / 64] >> (from % 64) & 1) != 0;
  }

 private:
  size_t words_;
  std::vector<uint64_t> bits_;
};

class Bounds {
 public:
  Bounds(const BlockGraph& graph, const Adjacency& adjacency)
      : graph_(graph),
        count_(static_cast<BlockId>(graph.blocks.size())),
        ancestors_(graph.blocks.size()),
        descendants_(graph.blocks.size()) {
    for (BlockId block = 0; block < count_; ++block) {
      ancestors_.Add(block, block);
      for (BlockId producer : adjacency.producers[block]) {
        ancestors_.AddAll(block, producer);
      }
    }
    for (BlockId block = count_ - 1; block >= 0; --block) {
      descendants_.Add(block, block);
      for (BlockId reader : adjacency.readers[block]) {
        descendants_.AddAll(block, reader);
      }
    }
  }

  // Of every cut with v on the device and w on the server.
  CostLine Separating(BlockId v, BlockId w) const {
    CostLine bound;
    for (BlockId block = 0; block < count_; ++block) {
      bound += BlockBound(block, v, w);
    }
    for (const Wire& wire : graph_.wires) {
      if (Crosses(wire, v, w)) bound += wire.cost;
    }
    return bound;
  }

  // Of everything outside the region, for every cut that splits it.
  CostLine Outside(const Region& region) const {
    const auto is_inside = [&](BlockId block) {
      return std::binary_search(region.blocks.begin(), region.blocks.end(),
                                block);
    };
    CostLine bound;
    for (BlockId block = 0; block < count_; ++block) {
      if (is_inside(block)) continue;
      bound += BlockBound(block, region.entry, region.exit);
    }
    for (const Wire& wire : graph_.wires) {
      // The region's own problem has the wires that it makes or reads.
      if (is_inside(wire.producer) ||
          std::any_of(wire.readers.begin(), wire.readers.end(), is_inside)) {
        continue;
      }
      if (Crosses(wire, region.entry, region.exit)) {
        bound += wire.cost;
      }
    }
    return bound;
  }

 private:
  CostLine BlockBound(BlockId id, BlockId v, BlockId w) const {
    const Block& block = graph_.blocks[id];
    const bool is_server_anchor = graph_.has_server_anchor && id == count_ - 1;
    if (id == 0 || ancestors_.Has(v, id)) return block.cost.device;
    if (is_server_anchor || descendants_.Has(w, id)) {
      return block.cost.server;
    }
    return {std::min(block.cost.device.fixed, block.cost.server.fixed), 0};
  }

  bool Crosses(const Wire& wire, BlockId v, BlockId w) const {
    return ancestors_.Has(v, wire.producer) &&
           std::any_of(
               wire.readers.begin(), wire.readers.end(),
               [&](BlockId reader) { return descendants_.Has(w, reader); });
  }

  const BlockGraph& graph_;
  BlockId count_;
  Reach ancestors_;    // by block, itself included
  Reach descendants_;  // by block, itself included
};

// The ends of the range and the integers on both sides of every place where
// two of the lines cross.
std::vector<int64_t> PointsToCheck(const std::vector<CostLine>& lines,
                                   const BandwidthRange& range) {
  std::vector<int64_t> points = {range.min_kbps, range.max_kbps};
  for (size_t i = 0; i < lines.size(); ++i) {
    for (size_t j = i + 1; j < lines.size(); ++j) {
      const KbpsInterval below = WhereNegative(lines[i] - lines[j], range);
      if (below.empty()) continue;
      for (const int64_t kbps :
           {below.from - 1, below.from, below.to, below.to + 1}) {
        if (range.min_kbps <= kbps && kbps <= range.max_kbps) {
          points.push_back(kbps);
        }
      }
    }
  }
  std::sort(points.begin(), points.end());
  points.erase(std::unique(points.begin(), points.end()), points.end());
  return points;
}

Int128 Lowest(const std::vector<CostLine>& lines, int64_t kbps) {
  Int128 lowest = lines.front().At(kbps);
  for (const CostLine& line : lines) lowest = std::min(lowest, line.At(kbps));
  return lowest;
}

// Is every cut that costs at least `bound` worse than a trivial cut, at every
// bandwidth of the range?
bool IsHopeless(const CostLine& bound, const std::vector<CostLine>& trivial,
                const BandwidthRange& range) {
  const std::vector<int64_t> points = PointsToCheck(trivial, range);
  return std::all_of(points.begin(), points.end(), [&](int64_t kbps) {
    return bound.At(kbps) > Lowest(trivial, kbps);
  });
}

// `local`: what a cut costs outside the region does not depend on the part of
// the region that is on the device.
bool IsHopelessToSplit(bool local, const BlockGraph& region_graph,
                       const CostLine& outside, std::vector<CostLine> trivial) {
  for (CostLine& line : trivial) line -= outside;
  std::vector<CostLine> alternatives = trivial;
  if (local) {
    alternatives.push_back(RegionCost(RegionSide::kAllServer, region_graph));
    alternatives.push_back(RegionCost(RegionSide::kAllDevice, region_graph));
  }
  const std::vector<int64_t> points =
      PointsToCheck(alternatives, region_graph.range);
  MinCutSolver solver(MakeCutProblem(region_graph, /*round_trip=*/0));
  return std::all_of(points.begin(), points.end(), [&](int64_t kbps) {
    const MinCut cut = solver.Solve(kbps);
    return (local && SideOfRegion(cut.on_device) != RegionSide::kSplit) ||
           cut.scaled_cost > Lowest(trivial, kbps);
  });
}

}  // namespace

Grouping PruneByBound(const BlockGraph& graph) {
  DisjointSets merges(graph.blocks.size());
  if (IsTooLarge(graph)) return merges.Representatives();
  const Adjacency adjacency = MakeAdjacency(graph);
  const Bounds bounds(graph, adjacency);
  const std::vector<CostLine> trivial = {
      RegionCost(RegionSide::kAllServer, graph),
      RegionCost(RegionSide::kAllDevice, graph)};
  const BlockId count = static_cast<BlockId>(graph.blocks.size());
  for (BlockId block = 0; block < count; ++block) {
    for (BlockId reader : adjacency.readers[block]) {
      if (IsHopeless(bounds.Separating(block, reader), trivial, graph.range)) {
        merges.Join(block, reader);
      }
    }
  }
  for (const Region& region : FindRegions(graph, adjacency)) {
    const BlockGraph region_graph =
        MakeRegionGraph(graph, adjacency, region.blocks, RegionContext{});
    const bool local = region.shared_wires == 0 &&
                       !HasOuterFeeds(graph, adjacency, region.blocks);
    if (IsHopelessToSplit(local, region_graph, bounds.Outside(region),
                          trivial)) {
      merges.JoinAll(region.blocks);
    }
  }
  return merges.Representatives();
}

}  // namespace dnncut
