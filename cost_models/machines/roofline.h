// SPDX-License-Identifier: Apache-2.0
//
// Estimates times from the work of each layer and what a machine attains, in
// the manner of the roofline model, but that arithmetic and memory traffic are
// added up: published times of networks that no fit has seen are predicted
// better so than by the longer of the two (docs/benchmarks.md).
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

// What a layer takes for its arithmetic, for moving its activations and its
// weights, and for its calls, ns.
struct WorkNs {
  double compute = 0;
  double activations = 0;
  double weights = 0;
  double calls = 0;
};

// Operations and bytes of float32 are those of the machine's precision.
WorkNs CountWorkNs(const OperationCost& cost, const Machine& machine);
// The sums over layers that run as one.
WorkNs CountWorkNs(const std::vector<OperationCost>& unit,
                   const Machine& machine);

// operations / attainable operations + bytes of activations and of weights,
// each / attainable bandwidth + the cost of the calls; rounded half up to whole
// nanoseconds. The same number on every computer: plain arithmetic on doubles
// in a fixed order.
int64_t RooflineNs(const OperationCost& cost, const Machine& machine);

// Of layers that run as one.
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
  int64_t layers = 0;  // without those that only compute sizes
  int64_t operations = 0;
  int64_t bytes = 0;
  int64_t ns = 0;

  bool operator==(const CostShare&) const = default;
};

// Layers of which it is not known what they compute, so that their times are
// those of reading and writing their tensors (IsDefined); ascending.
std::vector<LayerId> UndefinedLayers(const Graph& graph);

// The kind with the longest time first, equal ones by name. Sums saturate.
std::vector<CostShare> CostByClass(const Graph& graph,
                                   const std::vector<int64_t>& layer_ns);
std::vector<CostShare> CostByOperator(const Graph& graph,
                                      const std::vector<int64_t>& layer_ns);

}  // namespace dnncut
