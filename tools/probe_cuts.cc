// SPDX-License-Identifier: Apache-2.0
#include "tools/probe_cuts.h"

#include <algorithm>
#include <optional>

#include "compiler/block_graph.h"

namespace dnncut {
namespace {

// The first blocks on the device, the others on the server. Blocks respect
// pins, groups and what must not cross, so each such cut is feasible.
struct Prefix {
  size_t blocks = 0;
  int64_t device_ns = 0;
  int64_t upload_bytes = 0;
};

// All that run something on either side.
std::vector<Prefix> Prefixes(const BlockGraph& graph) {
  const size_t count = graph.blocks.size();
  std::vector<int64_t> change(count + 1);
  for (const Wire& wire : graph.wires) {
    change[wire.producer + 1] += wire.bytes;
    change[wire.readers.back() + 1] -= wire.bytes;
  }
  std::vector<Prefix> prefixes;
  Prefix prefix;
  bool has_layers = false;
  for (size_t b = 0; b + 1 < count; ++b) {
    has_layers = has_layers || !graph.blocks[b].layers.empty();
    prefix.blocks = b + 1;
    prefix.device_ns += graph.blocks[b].device_ns;
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

bool Contains(const std::vector<Cut>& cuts, const Cut& cut) {
  return std::find(cuts.begin(), cuts.end(), cut) != cuts.end();
}

}  // namespace

std::vector<Cut> ProbeCuts(const Problem& problem, int count,
                           const std::vector<Cut>& known) {
  const BlockGraph graph = MakeBlockGraph(problem);
  int64_t all_ns = 0;
  for (const Block& block : graph.blocks) all_ns += block.device_ns;
  const std::vector<Prefix> prefixes = Prefixes(graph);
  std::vector<Cut> probes;
  for (int i = 1; i <= count; ++i) {
    const double parts = count + 1;
    const double from = static_cast<double>(all_ns) * (i - 0.5) / parts;
    const double to = static_cast<double>(all_ns) * (i + 0.5) / parts;
    std::optional<Cut> best;
    int64_t least_bytes = 0;
    for (const Prefix& prefix : prefixes) {
      const auto at = static_cast<double>(prefix.device_ns);
      if (at < from || at >= to) continue;
      if (best && prefix.upload_bytes >= least_bytes) continue;
      Cut cut = CutOf(prefix, graph, problem.layers.size());
      if (Contains(known, cut)) continue;
      best = std::move(cut);
      least_bytes = prefix.upload_bytes;
    }
    if (best) probes.push_back(*best);
  }
  return probes;
}

}  // namespace dnncut
