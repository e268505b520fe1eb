// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "compiler/model/graph.h"
#include "compiler/problem/cost_table.h"
#include "compiler/problem/problem.h"

namespace dnncut {

struct LinkOptions {
  BandwidthRange range;
  int64_t rtt_ns = 5'000'000;
  Side result = Side::kDevice;
  Downlink downlink;
};

// On which side layers must be, and which must stay together; both by LayerId,
// or empty.
struct Placement {
  std::vector<std::optional<Side>> pins;
  std::vector<std::optional<int>> groups;
};

// The problem of the graph: layer and tensor ids stay the same.
Problem MakeProblem(const Graph& graph, const CostTable& costs,
                    const LinkOptions& link, const Placement& placement);

}  // namespace dnncut
