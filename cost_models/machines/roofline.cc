// SPDX-License-Identifier: Apache-2.0
#include "cost_models/machines/roofline.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

template <typename NameOf>
std::vector<CostShare> CostBy(const Graph& graph,
                              const std::vector<int64_t>& layer_ns,
                              NameOf name_of) {
  std::map<std::string, CostShare> shares;
  for (size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    const OperationCost cost = CountOperation(layer.operation);
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
  return {static_cast<double>(cost.operations) / attainable, bytes / bandwidth,
          static_cast<double>(SaturatingMul(cost.calls, machine.layer_ns))};
}

int64_t RooflineNs(const OperationCost& cost, const Machine& machine) {
  const WorkNs work = CountWorkNs(cost, machine);
  const int64_t work_ns = RoundLayerNs(std::max(work.compute, work.memory));
  const int64_t call_ns = SaturatingMul(cost.calls, machine.layer_ns);
  return std::min(kMaxLayerNs, SaturatingAdd(work_ns, call_ns));
}

std::vector<int64_t> RooflineNs(const Graph& graph, const Machine& machine) {
  std::vector<int64_t> ns;
  ns.reserve(graph.layers.size());
  for (const Layer& layer : graph.layers) {
    ns.push_back(RooflineNs(CountOperation(layer.operation), machine));
  }
  return ns;
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
