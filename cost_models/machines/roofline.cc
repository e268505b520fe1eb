// SPDX-License-Identifier: Apache-2.0
#include "cost_models/machines/roofline.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "cost_models/fusion/fused_costs.h"
#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

template <typename NameOf>
std::vector<CostShare> CostBy(const Graph& graph,
                              const std::vector<int64_t>& layer_ns,
                              NameOf name_of) {
  std::map<std::string, CostShare> shares;
  const FusedCosts fused = CountFused(graph, FuseLayers(graph));
  for (size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    const OperationCost& cost = fused.costs[i];
    const std::string name = name_of(layer, cost);
    CostShare& share = shares[name];
    share.name = name;
    share.operator_class = cost.operator_class;
    if (!layer.sizes_only) ++share.layers;
    share.operations = SaturatingAdd(share.operations, cost.operations);
    share.bytes = SaturatingAdd(share.bytes, cost.bytes);
    share.ns = SaturatingAdd(share.ns, layer_ns[i]);
  }
  std::vector<CostShare> sorted;
  for (auto& [name, share] : shares) {
    // Of layers that only compute sizes nothing is to be told.
    if (share.layers > 0 || share.ns > 0) sorted.push_back(std::move(share));
  }
  std::stable_sort(
      sorted.begin(), sorted.end(),
      [](const CostShare& a, const CostShare& b) { return a.ns > b.ns; });
  return sorted;
}

}  // namespace

int64_t RoundLayerNs(double ns) {
  // The comparison comes first: a conversion out of int64's range would be
  // undefined.
  if (!(ns < static_cast<double>(kMaxLayerNs))) return kMaxLayerNs;
  return std::llround(ns);
}

WorkNs CountWorkNs(const OperationCost& cost, const Machine& machine) {
  DType dtype = cost.dtype;
  double stored = 1;
  if (dtype == DType::kFloat32) {
    dtype = PrecisionType(machine.precision);
    stored = static_cast<double>(BitsOf(dtype)) /
             static_cast<double>(BitsOf(DType::kFloat32));
  }
  const double attainable =
      PeakGflops(machine, dtype) * Efficiency(machine, cost.operator_class);
  const auto memory_ns = [&](int64_t bytes, double efficiency) {
    return static_cast<double>(bytes) * stored /
           (machine.memory_gb_per_s * efficiency);
  };
  return {static_cast<double>(cost.operations) / attainable,
          memory_ns(cost.bytes - cost.weight_bytes, machine.memory_efficiency),
          memory_ns(cost.weight_bytes, WeightMemoryEfficiency(machine)),
          static_cast<double>(SaturatingMul(cost.calls, machine.layer_ns))};
}

WorkNs CountWorkNs(const std::vector<OperationCost>& unit,
                   const Machine& machine) {
  WorkNs all;
  for (const OperationCost& cost : unit) {
    const WorkNs work = CountWorkNs(cost, machine);
    all.compute += work.compute;
    all.activations += work.activations;
    all.weights += work.weights;
    all.calls += work.calls;
  }
  return all;
}

int64_t RooflineNs(const std::vector<OperationCost>& unit,
                   const Machine& machine) {
  const WorkNs all = CountWorkNs(unit, machine);
  return RoundLayerNs(all.compute + all.activations + all.weights + all.calls);
}

int64_t RooflineNs(const OperationCost& cost, const Machine& machine) {
  return RooflineNs(std::vector<OperationCost>{cost}, machine);
}

std::vector<int64_t> RooflineNs(const Graph& graph, const Fusion& fusion,
                                const Machine& machine) {
  const FusedCosts fused = CountFused(graph, fusion);
  std::vector<int64_t> ns(graph.layers.size(), 0);
  for (const std::vector<LayerId>& unit : UnitsOf(fusion)) {
    std::vector<OperationCost> costs;
    for (const LayerId layer : unit) costs.push_back(fused.costs[layer]);
    ns[unit.front()] = RooflineNs(costs, machine);
  }
  return ShareOut(graph, fusion, ns);
}

std::vector<int64_t> RooflineNs(const Graph& graph, const Machine& machine) {
  return RooflineNs(graph, FuseLayers(graph), machine);
}

std::vector<LayerId> UndefinedLayers(const Graph& graph) {
  std::vector<LayerId> layers;
  for (LayerId id = 0; id < std::ssize(graph.layers); ++id) {
    if (!IsDefined(graph.layers[id].operation)) layers.push_back(id);
  }
  return layers;
}

std::vector<CostShare> CostByClass(const Graph& graph,
                                   const std::vector<int64_t>& layer_ns) {
  return CostBy(graph, layer_ns, [](const Layer&, const OperationCost& cost) {
    return std::string(OperatorClassName(cost.operator_class));
  });
}

std::vector<CostShare> CostByOperator(const Graph& graph,
                                      const std::vector<int64_t>& layer_ns) {
  return CostBy(graph, layer_ns, [](const Layer& layer, const OperationCost&) {
    return layer.operation.op_type;
  });
}

}  // namespace dnncut
