// SPDX-License-Identifier: Apache-2.0
//
// What layers cost when a runtime computes some of them as one.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/model/graph.h"
#include "cost_models/fusion/fuse_layers.h"
#include "cost_models/operators/operation_cost.h"

namespace dnncut {

// By LayerId. Each layer of a unit has its own arithmetic. What the unit reads
// and writes at its ends, and its one call, stand at the layer with the most
// operations; what the others make for each other is never stored.
struct FusedCosts {
  std::vector<OperationCost> costs;
  std::vector<int64_t> output_bytes;
};

FusedCosts CountFused(const Graph& graph, const Fusion& fusion);

// The layers of each unit, ascending; a layer that is alone is a unit, too.
std::vector<std::vector<LayerId>> UnitsOf(const Fusion& fusion);

// How much of a unit's time each of its layers is said to take: what runs as
// one moves few bytes in between, so its operations count, and a byte as a
// share of one. They add up to 1.
std::vector<double> WorkShares(const Graph& graph,
                               const std::vector<LayerId>& unit);

// By LayerId: the sum of each unit's times, shared out so.
std::vector<int64_t> ShareOut(const Graph& graph, const Fusion& fusion,
                              const std::vector<int64_t>& ns);

}  // namespace dnncut
