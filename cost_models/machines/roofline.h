// SPDX-License-Identifier: Apache-2.0
//
// Estimates times with the roofline model: from the work of each layer and what
// a machine can do at best.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/model/graph.h"
#include "cost_models/fusion/fuse_layers.h"
#include "cost_models/machines/machine.h"
#include "cost_models/operators/operation_cost.h"

namespace dnncut {

// No layer is estimated to take longer (11 days), so that sums over any model
// fit into int64.
inline constexpr int64_t kMaxLayerNs = 1'000'000'000'000'000;

// Rounded half up, and at most kMaxLayerNs. `ns` must not be negative.
int64_t RoundLayerNs(double ns);

// What a layer takes for its arithmetic, its memory traffic and its calls, ns.
struct WorkNs {
  double compute = 0;
  double memory = 0;
  double calls = 0;
};

// Operations and bytes of float32 are those of the machine's precision.
WorkNs CountWorkNs(const OperationCost& cost, const Machine& machine);
// The sums over layers that run as one.
WorkNs CountWorkNs(const std::vector<OperationCost>& unit,
                   const Machine& machine);

// max(operations / attainable operations, bytes / attainable bandwidth), plus
// the cost of the calls; rounded half up to whole nanoseconds. The same number
// on every computer: plain arithmetic on doubles in a fixed order.
int64_t RooflineNs(const OperationCost& cost, const Machine& machine);

// Of layers that run as one: each sum counts, and one is waited for.
int64_t RooflineNs(const std::vector<OperationCost>& unit,
                   const Machine& machine);

// By LayerId. The layers of a unit take what it takes as one: all its
// operations, the bytes of its ends and one call, shared out by their work.
std::vector<int64_t> RooflineNs(const Graph& graph, const Fusion& fusion,
                                const Machine& machine);
// The same for what FuseLayers finds.
std::vector<int64_t> RooflineNs(const Graph& graph, const Machine& machine);

// What the layers of one kind cost together, fused as FuseLayers says, for
// `dnncut inspect`. The times of the layers are given by LayerId; they need not
// be the roofline's.
struct CostShare {
  std::string name;  // of the operator class, or the op_type
  OperatorClass operator_class = OperatorClass::kElementwise;
  int64_t layers = 0;
  int64_t operations = 0;
  int64_t bytes = 0;
  int64_t ns = 0;

  bool operator==(const CostShare&) const = default;
};

// The kind with the longest time first, equal ones by name. Sums saturate.
std::vector<CostShare> CostByClass(const Graph& graph,
                                   const std::vector<int64_t>& layer_ns);
std::vector<CostShare> CostByOperator(const Graph& graph,
                                      const std::vector<int64_t>& layer_ns);

}  // namespace dnncut
