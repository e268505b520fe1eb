// SPDX-License-Identifier: Apache-2.0
#include "cost_models/machines/roofline.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "cost_models/fusion/fused_costs.h"
#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

// How much faster Winograd's transforms make a convolution: in theory 2.25 to 4
// times. This one was chosen because with it the fits of all built-in machines
// predict the networks that they leave out well enough.
constexpr double kWinograd = 1.5;

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
    if (share.layers == 0) {
      share.name = name;
      share.operator_class = cost.operator_class;
    }
    ++share.layers;
    share.operations = SaturatingAdd(share.operations, cost.operations);
    share.bytes = SaturatingAdd(share.bytes, cost.bytes);
    share.ns = SaturatingAdd(share.ns, layer_ns[i]);
  }
  std::vector<CostShare> sorted;
  for (auto& [name, share] : shares) sorted.push_back(std::move(share));
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
  auto bytes = static_cast<double>(cost.bytes);
  if (dtype == DType::kFloat32) {
    dtype = PrecisionType(machine.precision);
    bytes *= static_cast<double>(BitsOf(dtype)) /
             static_cast<double>(BitsOf(DType::kFloat32));
  }
  const double attainable =
      PeakGflops(machine, dtype) * Efficiency(machine, cost.operator_class);
  const double bandwidth = machine.memory_gb_per_s * machine.memory_efficiency;
  const double operations =
      static_cast<double>(cost.operations) / (cost.winograd ? kWinograd : 1);
  return {operations / attainable, bytes / bandwidth,
          static_cast<double>(SaturatingMul(cost.calls, machine.layer_ns))};
}

WorkNs CountWorkNs(const std::vector<OperationCost>& unit,
                   const Machine& machine) {
  WorkNs all;
  for (const OperationCost& cost : unit) {
    const WorkNs work = CountWorkNs(cost, machine);
    all.compute += work.compute;
    all.memory += work.memory;
    all.calls += work.calls;
  }
  return all;
}

int64_t RooflineNs(const std::vector<OperationCost>& unit,
                   const Machine& machine) {
  const WorkNs all = CountWorkNs(unit, machine);
  // Arithmetic goes on while bytes are moved; calls come on top.
  const int64_t work_ns = RoundLayerNs(std::max(all.compute, all.memory));
  return std::min(kMaxLayerNs, SaturatingAdd(work_ns, RoundLayerNs(all.calls)));
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
