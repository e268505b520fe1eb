// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
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
// or empty. Where results are wanted, and which inputs do not lie on the
// device.
struct Placement {
  std::vector<std::optional<Side>> pins;
  std::vector<std::optional<int>> groups;
  std::map<TensorId, Wanted> wanted;  // of results
  std::vector<TensorId> inputs_on_server;
  std::map<TensorId, TensorId> states;  // an input, and the result it was
};

// The problem of the graph: layer and tensor ids stay the same.
Problem MakeProblem(const Graph& graph, const CostTable& costs,
                    const LinkOptions& link, const Placement& placement);

}  // namespace dnncut
