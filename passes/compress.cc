// SPDX-License-Identifier: Apache-2.0
#include "passes/compress.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "compiler/base/interrupt.h"
#include "passes/collapse_regions.h"
#include "passes/collapse_trees.h"
#include "passes/join_neighbours.h"
#include "passes/prune_by_bound.h"

namespace dnncut {
namespace {

struct NamedPass {
  std::string_view name;
  Pass pass;
};

// The fastest pass comes first: what it has merged, the slower ones need not
// look at.
constexpr std::array<NamedPass, 4> kPasses = {{
    {"join-neighbours", JoinNeighbours},
    {"collapse-regions", CollapseRegions},
    {"collapse-trees", CollapseTrees},
    {"prune-by-bound", PruneByBound},
}};

// Decides when to go on to another pass. Every run of a pass looks at the whole
// graph. A pass that removes one block per run from the end of a long graph
// would take time quadratic in its size, while another pass may merge all these
// blocks at once.
class Patience {
 public:
  bool IsLost(size_t blocks_before, size_t blocks_after) {
    constexpr int kRunsInVain = 8;
    constexpr size_t kWorthwhile = 64;  // one block in so many
    if (blocks_before == blocks_after) return true;
    const size_t merged = blocks_before - blocks_after;
    in_vain_ = merged >= blocks_before / kWorthwhile ? 0 : in_vain_ + 1;
    return in_vain_ == kRunsInVain;
  }

 private:
  int in_vain_ = 0;
};

// How often the passes may look at as much as the whole first graph, all runs
// together. Real models take 2 to 6 times. Where each run merges a few blocks
// of a thousand, as where every layer reads all earlier ones, Patience alone
// would let them look hundreds of times.
class Effort {
 public:
  explicit Effort(const BlockGraph& graph)
      : left_(std::max(kFew, kMost * SizeOf(graph))) {}

  bool IsSpent() const { return left_ <= 0; }
  void Spend(const BlockGraph& graph) { left_ -= SizeOf(graph); }

 private:
  static constexpr int64_t kMost = 16;
  // A small graph may take its time: blocks, wires and their ends.
  static constexpr int64_t kFew = 100'000;

  static int64_t SizeOf(const BlockGraph& graph) {
    size_t size = graph.blocks.size();
    for (const Wire& wire : graph.wires) size += 1 + wire.readers.size();
    for (const Feed& feed : graph.feeds) size += 1 + feed.readers.size();
    return static_cast<int64_t>(size);
  }

  int64_t left_;
};

bool MergesNothing(const Grouping& grouping) {
  for (size_t block = 0; block < grouping.size(); ++block) {
    if (std::cmp_not_equal(grouping[block], block)) return false;
  }
  return true;
}

BlockGraph RunPass(const NamedPass& named, BlockGraph graph, Effort* effort) {
  Patience patience;
  while (!effort->IsSpent()) {
    ThrowIfInterrupted();
    effort->Spend(graph);
    const size_t before = graph.blocks.size();
    const Grouping grouping = named.pass(graph);
    if (MergesNothing(grouping)) return graph;
    graph = Contract(graph, grouping);
    if (patience.IsLost(before, graph.blocks.size())) return graph;
  }
  return graph;
}

}  // namespace

BlockGraph Compress(BlockGraph graph,
                    const std::function<void(const PassReport&)>& report) {
  Patience patience;
  Effort effort(graph);
  for (int round = 1;; ++round) {
    const size_t before_round = graph.blocks.size();
    for (const NamedPass& named : kPasses) {
      const auto start = std::chrono::steady_clock::now();
      const int before = CountBlocks(graph);
      graph = RunPass(named, std::move(graph), &effort);
      const std::chrono::duration<double> elapsed =
          std::chrono::steady_clock::now() - start;
      if (report) {
        report(
            {named.name, round, before, CountBlocks(graph), elapsed.count()});
      }
    }
    if (patience.IsLost(before_round, graph.blocks.size())) return graph;
  }
}

}  // namespace dnncut
