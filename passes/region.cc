// SPDX-License-Identifier: Apache-2.0
//
// Finds regions, and proves that no best cut splits one; region.h says what a
// region is and why wires enter at its entry and leave at its exit only.
//
// A region is searched from its exit backwards to the exit's immediate
// dominator and given up as soon as it has too many blocks, so for each exit at
// most LargestRegion blocks are looked at, and what they read and make. What
// the entry makes is never gone through: one block may be the entry of all
// regions.
//
// The proof looks at the region alone, as a small problem of its own. W times a
// cost is a straight line in the bandwidth W, so a cut that is best at two
// bandwidths is best at all between them. Hence a few solutions decide for the
// whole range: at both ends and, where all device wins at one end and all
// server at the other, at the two integers between which the better of the two
// changes.
#include "passes/region.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "compiler/solve/cut_problem.h"
#include "compiler/solve/min_cut.h"
#include "passes/dominators.h"

namespace dnncut {
namespace {

constexpr int kLargestRegion = 64;

bool IsInside(const Feed& feed, const std::vector<BlockId>& region) {
  return std::ranges::binary_search(region, feed.holder) &&
         std::ranges::includes(region, feed.readers);
}

// Collects the blocks of one region after the other, without clearing its marks
// in between.
class RegionFinder {
 public:
  RegionFinder(const BlockGraph& graph, const Adjacency& adjacency)
      : graph_(graph),
        adjacency_(adjacency),
        largest_(LargestRegion(graph)),
        mark_(graph.blocks.size(), -1) {}

  // `blocks` stays empty when there are too many, or when a wire leaves the
  // region from another block than the exit.
  Region Between(BlockId entry, BlockId exit) {
    Region region{entry, exit, {}, 0};
    std::vector<BlockId> blocks = {exit};
    mark_[exit] = exit;
    for (size_t i = 0; i < blocks.size(); ++i) {
      for (BlockId producer : adjacency_.producers[blocks[i]]) {
        if (producer == entry || IsMarked(producer, exit)) continue;
        mark_[producer] = exit;
        blocks.push_back(producer);
        if (static_cast<int>(blocks.size()) > largest_) return region;
      }
    }
    for (BlockId block : blocks) {
      if (block == exit) continue;
      for (BlockId reader : adjacency_.readers[block]) {
        if (!IsMarked(reader, exit)) return region;
      }
    }
    std::sort(blocks.begin(), blocks.end());
    region.blocks = std::move(blocks);
    region.shared_wires = CountSharedWires(region);
    return region;
  }

 private:
  bool IsMarked(BlockId block, BlockId exit) const {
    return mark_[block] == exit;
  }

  // Looks at what the region reads, not at all that the entry makes, which may
  // be the entry of many regions.
  int CountSharedWires(const Region& region) const {
    std::vector<WireId> read;  // once for each reader inside
    for (BlockId block : region.blocks) {
      std::ranges::copy_if(
          adjacency_.reads[block], std::back_inserter(read),
          [&](WireId id) { return graph_.wires[id].producer == region.entry; });
    }
    std::sort(read.begin(), read.end());
    int shared = 0;
    for (size_t first = 0, end = 0; first < read.size(); first = end) {
      while (end < read.size() && read[end] == read[first]) ++end;
      if (end - first < graph_.wires[read[first]].readers.size()) ++shared;
    }
    return shared;
  }

  const BlockGraph& graph_;
  const Adjacency& adjacency_;
  int largest_;
  std::vector<BlockId> mark_;  // the exit of the last region it was found in
};

// Builds a region's own problem from the wires that its inner blocks read and
// make. Those that only its anchors have cost the same in every cut of it; and
// an anchor may have any number of them, in each of its many regions.
class RegionGraphMaker {
 public:
  RegionGraphMaker(const BlockGraph& graph, const Adjacency& adjacency,
                   const std::vector<BlockId>& region,
                   const RegionContext& context)
      : graph_(graph),
        adjacency_(adjacency),
        region_(region),
        context_(context),
        server_(static_cast<int>(region.size()) + 1 -
                (context.first_on_device ? 1 : 0) -
                (context.last_on_server ? 1 : 0)) {}

  BlockGraph Make() {
    result_.has_server_anchor = true;
    result_.range = graph_.range;
    result_.blocks.resize(server_ + 1);
    for (BlockId block : region_) {
      result_.blocks[IndexOf(block)].cost = graph_.blocks[block].cost;
    }
    FindWires();
    for (size_t first = 0, end = 0; first < ends_.size(); first = end) {
      while (end < ends_.size() && ends_[end].wire == ends_[first].wire) ++end;
      AddWire({ends_.begin() + first, ends_.begin() + end});
    }
    for (BlockId block : region_) AddFeedsOf(block);
    return std::move(result_);
  }

 private:
  // An inner block that reads a wire, or makes it.
  struct End {
    WireId wire = 0;
    BlockId reader = 0;  // its new id; 0: the block makes it

    auto operator<=>(const End&) const = default;
  };

  // The new id of a block of the region; -1 for any other.
  BlockId IndexOf(BlockId block) const {
    const auto found = std::ranges::lower_bound(region_, block);
    if (found == region_.end() || *found != block) return -1;
    const auto position = static_cast<BlockId>(found - region_.begin());
    const bool is_last = position + 1 == std::ssize(region_);
    if (context_.last_on_server && is_last) return server_;
    return position + (context_.first_on_device ? 0 : 1);
  }

  void FindWires() {
    for (BlockId block : region_) {
      const BlockId index = IndexOf(block);
      if (index == 0 || index == server_) continue;
      for (WireId id : adjacency_.makes[block]) ends_.push_back({id, 0});
      for (WireId id : adjacency_.reads[block]) ends_.push_back({id, index});
    }
    std::ranges::sort(ends_);
  }

  // `ends` are all inner ends of one wire.
  void AddWire(std::span<const End> ends) {
    const Wire& wire = graph_.wires[ends.front().wire];
    const BlockId producer = IndexOf(wire.producer);
    Wire copy{std::max(producer, 0), {}, wire.cost, {}};
    for (const End& end : ends) {
      if (end.reader != 0) copy.readers.push_back(end.reader);
    }
    size_t inside = copy.readers.size();
    const auto is_read_by_anchor = [&](bool is_anchor, BlockId block) {
      return is_anchor && std::ranges::binary_search(wire.readers, block);
    };
    if (is_read_by_anchor(context_.first_on_device, region_.front())) ++inside;
    const bool on_server =
        is_read_by_anchor(context_.last_on_server, region_.back());
    if (on_server) ++inside;
    const bool is_shared = inside < wire.readers.size();
    if (producer < 0 && is_shared && !context_.pays_shared_wires) return;
    // Readers outside are on the server whenever the region is split.
    if (on_server || (producer >= 0 && is_shared)) {
      copy.readers.push_back(server_);
    }
    result_.wires.push_back(std::move(copy));
  }

  void AddFeedsOf(BlockId block) {
    for (FeedId id : adjacency_.feeds[block]) {
      const Feed& feed = graph_.feeds[id];
      if (feed.holder != block || !IsInside(feed, region_)) continue;
      Feed copy{IndexOf(feed.holder), {}, feed.up, feed.down, {}};
      for (BlockId reader : feed.readers) {
        copy.readers.push_back(IndexOf(reader));
      }
      result_.feeds.push_back(std::move(copy));
    }
  }

  const BlockGraph& graph_;
  const Adjacency& adjacency_;
  const std::vector<BlockId>& region_;
  const RegionContext context_;
  const BlockId server_;
  std::vector<End> ends_;
  BlockGraph result_;
};

}  // namespace

bool HasOuterFeeds(const BlockGraph& graph, const Adjacency& adjacency,
                   const std::vector<BlockId>& region) {
  return std::ranges::any_of(region, [&](BlockId block) {
    return std::ranges::any_of(adjacency.feeds[block], [&](FeedId id) {
      return !IsInside(graph.feeds[id], region);
    });
  });
}

int LargestRegion(const BlockGraph& graph) {
  return std::min(kLargestRegion, CountBlocks(graph) / 2);
}

std::vector<Region> FindRegions(const BlockGraph& graph,
                                const Adjacency& adjacency) {
  const std::vector<BlockId> dominators = BlockDominators(adjacency);
  RegionFinder finder(graph, adjacency);
  std::vector<Region> regions;
  // The server's anchor is on the server in every cut, so it cannot be an exit.
  const BlockId end = static_cast<BlockId>(graph.blocks.size()) -
                      (graph.has_server_anchor ? 1 : 0);
  for (BlockId exit = 1; exit < end; ++exit) {
    // If the exit has a single producer, the region is the exit alone.
    if (adjacency.producers[exit].size() < 2) continue;
    Region region = finder.Between(dominators[exit], exit);
    if (region.blocks.size() >= 2) regions.push_back(std::move(region));
  }
  return regions;
}

BlockGraph MakeRegionGraph(const BlockGraph& graph, const Adjacency& adjacency,
                           const std::vector<BlockId>& region,
                           const RegionContext& context) {
  return RegionGraphMaker(graph, adjacency, region, context).Make();
}

RegionSide SideOfRegion(const std::vector<bool>& on_device) {
  // Block 0 is always on the device, the last one always on the server.
  const auto begin = on_device.begin() + 1;
  const auto end = on_device.end() - 1;
  if (std::find(begin, end, true) == end) return RegionSide::kAllServer;
  if (std::find(begin, end, false) == end) return RegionSide::kAllDevice;
  return RegionSide::kSplit;
}

CostLine RegionCost(RegionSide side, const BlockGraph& graph) {
  std::vector<bool> on_device(graph.blocks.size(),
                              side == RegionSide::kAllDevice);
  on_device.front() = true;
  if (graph.has_server_anchor) on_device.back() = false;
  return CostOf(graph, on_device, /*round_trip=*/{});
}

bool IsAlways(RegionSide side, const BlockGraph& region_graph) {
  MinCutSolver solver(MakeCutProblem(region_graph, /*round_trip=*/0));
  const BandwidthRange& range = region_graph.range;
  return SideOfRegion(solver.Solve(range.min_kbps).on_device) == side &&
         SideOfRegion(solver.Solve(range.max_kbps).on_device) == side;
}

bool IsNeverSplit(const BlockGraph& region_graph) {
  MinCutSolver solver(MakeCutProblem(region_graph, /*round_trip=*/0));
  const auto side_at = [&](int64_t kbps) {
    return SideOfRegion(solver.Solve(kbps).on_device);
  };
  const BandwidthRange& range = region_graph.range;
  const RegionSide low = side_at(range.min_kbps);
  if (low == RegionSide::kSplit) return false;
  const RegionSide high = side_at(range.max_kbps);
  if (high == RegionSide::kSplit) return false;
  if (low == high) return true;

  // All device is strictly better than all server exactly where this line is
  // below zero, which is at one end of the range. Both sides of the change must
  // be optimal where they meet.
  const CostLine difference = RegionCost(RegionSide::kAllDevice, region_graph) -
                              RegionCost(RegionSide::kAllServer, region_graph);
  const KbpsInterval device = WhereNegative(difference, range);
  const bool device_is_low = low == RegionSide::kAllDevice;
  const int64_t device_end = device_is_low ? device.to : device.from;
  const int64_t server_end = device_is_low ? device.to + 1 : device.from - 1;
  return side_at(device_end) == RegionSide::kAllDevice &&
         side_at(server_end) == RegionSide::kAllServer;
}

}  // namespace dnncut
