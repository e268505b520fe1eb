// SPDX-License-Identifier: Apache-2.0
#include "tools/refine/probe_cuts.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <limits>

#include "compiler/problem/block_graph.h"

namespace dnncut {
namespace {

// The first blocks on the device, the others on the server. Blocks respect
// pins, groups and what must not cross, so each such cut is feasible.
struct Prefix {
  size_t blocks = 0;
  int64_t device_ns = 0;
  int64_t upload_bytes = 0;

  bool operator==(const Prefix&) const = default;
};

// All that run something on either side.
std::vector<Prefix> Prefixes(const BlockGraph& graph) {
  const size_t count = graph.blocks.size();
  std::vector<int64_t> change(count + 1);
  for (const Wire& wire : graph.wires) {
    change[wire.producer + 1] += wire.cost.bytes;
    change[wire.readers.back() + 1] -= wire.cost.bytes;
  }
  std::vector<Prefix> prefixes;
  Prefix prefix;
  bool has_layers = false;
  for (size_t b = 0; b + 1 < count; ++b) {
    has_layers = has_layers || !graph.blocks[b].layers.empty();
    prefix.blocks = b + 1;
    prefix.device_ns += graph.blocks[b].cost.device.fixed;
    prefix.upload_bytes += change[b + 1];
    if (has_layers && !graph.blocks[b + 1].layers.empty()) {
      prefixes.push_back(prefix);
    }
  }
  return prefixes;
}

Cut CutOf(const Prefix& prefix, const BlockGraph& graph, size_t layer_count) {
  std::vector<bool> on_device(graph.blocks.size());
  std::fill_n(on_device.begin(), prefix.blocks, true);
  return ExpandCut(graph, on_device, static_cast<int>(layer_count));
}

// A part of the model's time on the device.
struct Window {
  double from_ns = 0;
  double to_ns = 0;
};

// The prefix in the window that uploads the fewest bytes.
const Prefix* LightestIn(const Window& window,
                         const std::vector<Prefix>& prefixes) {
  const Prefix* lightest = nullptr;
  for (const Prefix& prefix : prefixes) {
    const auto at = static_cast<double>(prefix.device_ns);
    if (at < window.from_ns || at >= window.to_ns) continue;
    if (lightest == nullptr || prefix.upload_bytes < lightest->upload_bytes) {
      lightest = &prefix;
    }
  }
  return lightest;
}

// That whose device time is farthest from all of `chosen`.
size_t FarthestFrom(const std::vector<Prefix>& chosen,
                    const std::vector<Prefix>& prefixes) {
  size_t farthest = 0;
  int64_t most_ns = -1;
  for (size_t p = 0; p < prefixes.size(); ++p) {
    int64_t nearest_ns = std::numeric_limits<int64_t>::max();
    for (const Prefix& other : chosen) {
      nearest_ns = std::min(nearest_ns,
                            std::abs(other.device_ns - prefixes[p].device_ns));
    }
    if (nearest_ns > most_ns) {
      most_ns = nearest_ns;
      farthest = p;
    }
  }
  return farthest;
}

}  // namespace

std::vector<Cut> ProbeCuts(const Problem& problem, int count,
                           const std::vector<Cut>& known) {
  const BlockGraph graph = MakeBlockGraph(problem);
  int64_t all_ns = 0;
  for (const Block& block : graph.blocks) all_ns += block.cost.device.fixed;
  std::vector<Prefix> prefixes = Prefixes(graph);
  std::erase_if(prefixes, [&](const Prefix& prefix) {
    const Cut cut = CutOf(prefix, graph, problem.layers.size());
    return std::find(known.begin(), known.end(), cut) != known.end();
  });
  std::vector<Prefix> chosen;
  const auto part_ns = static_cast<double>(all_ns) / (count + 1);
  for (int i = 1; i <= count; ++i) {
    const Window window = {(i - 0.5) * part_ns, (i + 0.5) * part_ns};
    if (const Prefix* lightest = LightestIn(window, prefixes)) {
      chosen.push_back(*lightest);
    }
  }
  const auto is_chosen = [&chosen](const Prefix& prefix) {
    return std::find(chosen.begin(), chosen.end(), prefix) != chosen.end();
  };
  std::erase_if(prefixes, is_chosen);
  while (std::ssize(chosen) < count && !prefixes.empty()) {
    const size_t farthest = FarthestFrom(chosen, prefixes);
    chosen.push_back(prefixes[farthest]);
    prefixes.erase(prefixes.begin() + static_cast<ptrdiff_t>(farthest));
  }
  std::sort(chosen.begin(), chosen.end(), [](const Prefix& a, const Prefix& b) {
    return a.blocks < b.blocks;
  });
  std::vector<Cut> cuts;
  for (const Prefix& prefix : chosen) {
    cuts.push_back(CutOf(prefix, graph, problem.layers.size()));
  }
  return cuts;
}

}  // namespace dnncut
