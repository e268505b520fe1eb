// SPDX-License-Identifier: Apache-2.0
//
// Two kinds of regions X, mirror images of each other.
//
// One way out: e, the last block of X, lies on every path from a block of X to
// an end, so whatever a block of X other than e makes is read in X. Let D be
// the device side of the canonical best cut at W and let it split X. Then e is
// not in D (it needs all of X), and D - X is a cut. What X gains by D in place
// of D - X is at most the gain in the region's own problem (region.h): wires
// from outside that blocks of X on the device read come from the device, and
// they cross in D - X unless something outside made them cross already, which
// only makes D - X cheaper. If nothing on the device is a best cut of that
// problem, with e on the server, cost(D - X) <= cost(D) with a smaller device
// side, and D is not canonical.
//
// One way in: h, the first block of X, lies on every path from the start to a
// block of X, so whatever a block of X other than h reads is made in X. If D
// splits X then h is in D (every block of X needs it), and D + X is a cut. What
// D saves against D + X is at most what it saves in the region's own problem,
// in which readers outside X are on the server: if a reader is in fact on the
// device, its producer is, and that wire crosses in D + X only if it does in D.
// If all of X is the *canonical* best cut of that problem with h on the device,
// so better than every other, cost(D + X) < cost(D), and D is not best.
//
// A feed with all ends in X costs the same in D and in the region's own
// problem, and nothing where X is on one side. Sets with a feed that has an end
// outside are left alone.
//
// D pays the round trip in both cases, so no change adds one. Both conditions
// compare lines in W (costs times W), hence hold at every W of the range when
// they hold at its two ends.
#include "passes/collapse_trees.h"

#include <algorithm>

#include "compiler/base/disjoint_sets.h"
#include "passes/adjacency.h"
#include "passes/dominators.h"
#include "passes/region.h"

namespace dnncut {
namespace {

// A dominator tree as lists of children.
struct Tree {
  std::vector<std::vector<BlockId>> children;
  std::vector<int> size;  // of the subtree
};

// Parents are all smaller than their children (or all larger); `node_count` is
// the number of blocks, or one more for the node behind all ends.
Tree MakeTree(const std::vector<BlockId>& parents, int node_count) {
  const BlockId count = static_cast<BlockId>(parents.size());
  Tree tree;
  tree.children.resize(node_count);
  tree.size.assign(node_count, 1);
  const bool downwards = node_count == count;  // dominators, from block 0
  for (BlockId i = 0; i < count; ++i) {
    // Children before parents.
    const BlockId block = downwards ? count - 1 - i : i;
    if (downwards && block == 0) continue;
    tree.children[parents[block]].push_back(block);
    tree.size[parents[block]] += tree.size[block];
  }
  return tree;
}

// The subtree below `root`, `root` included, ascending.
std::vector<BlockId> Subtree(const Tree& tree, BlockId root) {
  std::vector<BlockId> blocks = {root};
  for (size_t i = 0; i < blocks.size(); ++i) {
    const std::vector<BlockId>& children = tree.children[blocks[i]];
    blocks.insert(blocks.end(), children.begin(), children.end());
  }
  std::sort(blocks.begin(), blocks.end());
  return blocks;
}

// Do all neighbours of the region's blocks, `root` excepted, lie in the region?
// `neighbours` is by BlockId.
bool HoldsNeighbours(const std::vector<BlockId>& region, BlockId root,
                     const std::vector<std::vector<BlockId>>& neighbours) {
  for (BlockId block : region) {
    if (block == root) continue;
    if (!std::includes(region.begin(), region.end(), neighbours[block].begin(),
                       neighbours[block].end())) {
      return false;
    }
  }
  return true;
}

// Calls try_region on the subtree of `root` and, where that is too large or
// fails because of one branch, on the root with one child's subtree, provided
// that no other child is in between.
template <typename TryRegion>
void ForEachRegion(const Tree& tree, BlockId root, int largest,
                   const std::vector<std::vector<BlockId>>& neighbours,
                   const TryRegion& try_region) {
  if (tree.size[root] == 1) return;
  if (tree.size[root] <= largest && try_region(Subtree(tree, root))) return;
  if (tree.children[root].size() < 2) return;
  for (BlockId child : tree.children[root]) {
    if (tree.size[child] >= largest) continue;
    std::vector<BlockId> region = Subtree(tree, child);
    region.insert(std::lower_bound(region.begin(), region.end(), root), root);
    if (HoldsNeighbours(region, root, neighbours)) try_region(region);
  }
}

}  // namespace

Grouping CollapseTrees(const BlockGraph& graph) {
  const Adjacency adjacency = MakeAdjacency(graph);
  const int largest = LargestRegion(graph);
  const BlockId count = static_cast<BlockId>(graph.blocks.size());
  DisjointSets merges(graph.blocks.size());
  const Tree to_exit = MakeTree(BlockPostDominators(adjacency), count + 1);
  for (BlockId exit = 1; exit < count; ++exit) {
    ForEachRegion(
        to_exit, exit, largest, adjacency.readers, [&](const auto& region) {
          if (region.front() == 0) return false;  // the device's anchor stays
          if (HasOuterFeeds(graph, adjacency, region)) return false;
          RegionContext context;
          context.last_on_server = true;
          const bool merge =
              IsAlways(RegionSide::kAllServer,
                       MakeRegionGraph(graph, adjacency, region, context));
          if (merge) merges.JoinAll(region);
          return merge;
        });
  }

  const Tree from_entry = MakeTree(BlockDominators(adjacency), count);
  for (BlockId entry = 0; entry < count; ++entry) {
    ForEachRegion(from_entry, entry, largest, adjacency.producers,
                  [&](const auto& region) {
                    // The server's anchor stays.
                    if (graph.has_server_anchor && region.back() == count - 1)
                      return false;
                    if (HasOuterFeeds(graph, adjacency, region)) return false;
                    RegionContext context;
                    context.first_on_device = true;
                    const bool merge = IsAlways(
                        RegionSide::kAllDevice,
                        MakeRegionGraph(graph, adjacency, region, context));
                    if (merge) merges.JoinAll(region);
                    return merge;
                  });
  }
  return merges.Representatives();
}

}  // namespace dnncut
