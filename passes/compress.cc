// SPDX-License-Identifier: Apache-2.0
#include "passes/compress.h"

#include <array>
#include <chrono>

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

// Cheapest first: what one pass has merged, the dearer ones need not look at.
constexpr std::array<NamedPass, 4> kPasses = {{
    {"join-neighbours", JoinNeighbours},
    {"collapse-regions", CollapseRegions},
    {"collapse-trees", CollapseTrees},
    {"prune-by-bound", PruneByBound},
}};

// Runs one pass until it changes nothing.
BlockGraph RunPass(const NamedPass& named, BlockGraph graph) {
  while (true) {
    BlockGraph merged = Contract(graph, named.pass(graph));
    if (merged.blocks.size() == graph.blocks.size()) return graph;
    graph = std::move(merged);
  }
}

}  // namespace

BlockGraph Compress(BlockGraph graph,
                    const std::function<void(const PassReport&)>& report) {
  for (int round = 1;; ++round) {
    const size_t before_round = graph.blocks.size();
    for (const NamedPass& named : kPasses) {
      const auto start = std::chrono::steady_clock::now();
      const int before = CountBlocks(graph);
      graph = RunPass(named, std::move(graph));
      const std::chrono::duration<double> elapsed =
          std::chrono::steady_clock::now() - start;
      if (report) {
        report(
            {named.name, round, before, CountBlocks(graph), elapsed.count()});
      }
    }
    if (graph.blocks.size() == before_round) return graph;
  }
}

}  // namespace dnncut
