// SPDX-License-Identifier: Apache-2.0
//
// Finds regions, and proves that no best cut splits one; region.h says what a
// region is and why wires enter at its entry and leave at its exit only.
//
// A region is searched from its exit backwards to the exit's immediate
// dominator and given up as soon as it has too many blocks, so for each exit at
// most LargestRegion blocks, their wires and those of the entry are looked at.
//
// The proof looks at the region alone, as a small problem of its own. W times a
// cost is a straight line in the bandwidth W, so a cut that is best at two
// bandwidths is best at all between them. Hence a few solutions decide for the
// whole range: at both ends and, where all device wins at one end and all
// server at the other, at the two integers between which the better of the two
// changes.
#include "passes/region.h"

#include <algorithm>

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
    region.shared_wires = CountSharedWires(entry, exit);
    return region;
  }

 private:
  bool IsMarked(BlockId block, BlockId exit) const {
    return mark_[block] == exit;
  }

  int CountSharedWires(BlockId entry, BlockId exit) const {
    int shared = 0;
    for (WireId id : adjacency_.makes[entry]) {
      const std::vector<BlockId>& readers = graph_.wires[id].readers;
      const auto inside =
          std::count_if(readers.begin(), readers.end(),
                        [&](BlockId reader) { return IsMarked(reader, exit); });
      if (inside > 0 && inside < std::ssize(readers)) ++shared;
    }
    return shared;
  }

  const BlockGraph& graph_;
  const Adjacency& adjacency_;
  int largest_;
  std::vector<BlockId> mark_;  // the exit of the last region it was found in
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
  const int size = static_cast<int>(region.size());
  const int inner = size - (context.first_on_device ? 1 : 0) -
                    (context.last_on_server ? 1 : 0);
  const BlockId server = inner + 1;
  BlockGraph result;
  result.has_server_anchor = true;
  result.range = graph.range;
  result.blocks.resize(inner + 2);

  // The new id of a block of the region; -1 for any other.
  const auto index_of = [&](BlockId block) {
    const auto found = std::lower_bound(region.begin(), region.end(), block);
    if (found == region.end() || *found != block) return -1;
    const int position = static_cast<int>(found - region.begin());
    const int index = position + (context.first_on_device ? 0 : 1);
    return context.last_on_server && position == size - 1 ? server : index;
  };

  for (BlockId block : region) {
    Block copy = graph.blocks[block];
    copy.layers.clear();
    result.blocks[index_of(block)] = copy;
  }

  const auto add_wire = [&](const Wire& wire, BlockId producer) {
    Wire copy{producer, {}, wire.cost, {}};
    bool shared = false;
    for (BlockId reader : wire.readers) {
      const BlockId index = index_of(reader);
      if (index >= 0) {
        copy.readers.push_back(index);
      } else {
        shared = true;
      }
    }
    if (index_of(wire.producer) >= 0) {
      // Readers outside are on the server whenever the region is split.
      if (shared) copy.readers.push_back(server);
    } else if (shared && !context.pays_shared_wires) {
      return;
    }
    std::erase(copy.readers, producer);
    std::sort(copy.readers.begin(), copy.readers.end());
    copy.readers.erase(std::unique(copy.readers.begin(), copy.readers.end()),
                       copy.readers.end());
    if (producer != server && !copy.readers.empty()) {
      result.wires.push_back(std::move(copy));
    }
  };
  for (BlockId block : region) {
    for (WireId id : adjacency.makes[block]) {
      add_wire(graph.wires[id], index_of(block));
    }
    for (WireId id : adjacency.reads[block]) {
      const Wire& wire = graph.wires[id];
      if (index_of(wire.producer) >= 0) continue;
      // Each wire is added once, at its first reader in the region.
      const bool first = std::none_of(
          wire.readers.begin(), wire.readers.end(), [&](BlockId reader) {
            return reader < block && index_of(reader) >= 0;
          });
      if (first) add_wire(wire, 0);
    }
  }
  for (BlockId block : region) {
    for (FeedId id : adjacency.feeds[block]) {
      const Feed& feed = graph.feeds[id];
      if (feed.holder != block || !IsInside(feed, region)) continue;
      Feed copy{index_of(feed.holder), {}, feed.up, feed.down, {}};
      for (BlockId reader : feed.readers) {
        copy.readers.push_back(index_of(reader));
      }
      result.feeds.push_back(std::move(copy));
    }
  }
  return result;
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
  const bool device = side == RegionSide::kAllDevice;
  const BlockId count = static_cast<BlockId>(graph.blocks.size());
  const auto on_device = [&](BlockId block) {
    const bool is_server_anchor = graph.has_server_anchor && block == count - 1;
    return block == 0 || (device && !is_server_anchor);
  };
  CostLine cost;
  for (BlockId id = 0; id < count; ++id) {
    const Block& block = graph.blocks[id];
    cost += on_device(id) ? block.cost.device : block.cost.server;
  }
  for (const Wire& wire : graph.wires) {
    const bool read_on_server =
        std::any_of(wire.readers.begin(), wire.readers.end(),
                    [&](BlockId reader) { return !on_device(reader); });
    if (on_device(wire.producer) && read_on_server) {
      cost += wire.cost;
    }
  }
  for (const Feed& feed : graph.feeds) {
    const bool is_held_here = on_device(feed.holder);
    const bool is_read_elsewhere = std::ranges::any_of(
        feed.readers,
        [&](BlockId reader) { return on_device(reader) != is_held_here; });
    if (is_read_elsewhere) cost += is_held_here ? feed.up : feed.down;
  }
  return cost;
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
