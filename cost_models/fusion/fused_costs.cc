// SPDX-License-Identifier: Apache-2.0
//
// The ends of a unit are the tensors that it reads from outside, its weights,
// and what is read outside of it or is a result; each counts once. An integer
// layer reads and writes integers: what DequantizeLinear is given, in the unit
// or before it.
#include "cost_models/fusion/fused_costs.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

constexpr double kBytesPerOperation = 8;

bool IsConversion(const Operation& operation) {
  return operation.op_type == "QuantizeLinear" ||
         operation.op_type == "DequantizeLinear";
}

class UnitCounter {
 public:
  UnitCounter(const Graph& graph, const Fusion& fusion)
      : graph_(graph), fusion_(fusion) {}

  int64_t WeightBytes(const std::vector<LayerId>& unit) const {
    std::set<ConstantId> weights;
    for (const LayerId id : unit) {
      const Layer& layer = graph_.layers[id];
      weights.insert(layer.constants.begin(), layer.constants.end());
    }
    int64_t bytes = 0;
    for (const ConstantId weight : weights) {
      bytes = SaturatingAdd(bytes, graph_.constants[weight].memory_bytes);
    }
    return bytes;
  }

  int64_t BytesRead(const std::vector<LayerId>& unit) const {
    std::set<TensorId> entries;
    for (const LayerId id : unit) {
      for (const TensorId input : graph_.layers[id].inputs) {
        if (!IsIn(unit, graph_.tensors[input].producer)) entries.insert(input);
      }
    }
    int64_t bytes = 0;
    for (const TensorId entry : entries) {
      bytes = SaturatingAdd(bytes, EntryBytes(graph_.tensors[entry]));
    }
    return bytes;
  }

  int64_t BytesWritten(const std::vector<LayerId>& unit) const {
    int64_t bytes = 0;
    for (const LayerId id : unit) {
      for (const TensorId output : graph_.layers[id].outputs) {
        const Tensor& tensor = graph_.tensors[output];
        const bool leaves =
            tensor.is_result ||
            std::any_of(tensor.readers.begin(), tensor.readers.end(),
                        [&](LayerId reader) { return !IsIn(unit, reader); });
        if (leaves) bytes = SaturatingAdd(bytes, SizeOf(tensor));
      }
    }
    return bytes;
  }

 private:
  static bool IsIn(const std::vector<LayerId>& unit, LayerId layer) {
    return std::binary_search(unit.begin(), unit.end(), layer);
  }

  int64_t EntryBytes(const Tensor& tensor) const {
    if (tensor.producer != kModelInput && fusion_.absorbed[tensor.producer]) {
      return TensorBytes(Input(graph_.layers[tensor.producer].operation, 0));
    }
    return SizeOf(tensor);
  }

  // Where only the data decides the type, the bound at which it is priced.
  static int64_t SizeOf(const Tensor& tensor) {
    if (IsStatic(tensor.type)) return TensorBytes(tensor.type);
    return tensor.bytes.value_or(0);
  }

  const Graph& graph_;
  const Fusion& fusion_;
};

double WorkOf(const OperationCost& cost) {
  if (cost.calls == 0) return 0;
  return 1 + static_cast<double>(cost.operations) +
         static_cast<double>(cost.bytes) / kBytesPerOperation;
}

}  // namespace

std::vector<std::vector<LayerId>> UnitsOf(const Fusion& fusion) {
  std::vector<std::vector<LayerId>> units;
  std::map<int, size_t> place;
  for (size_t i = 0; i < fusion.groups.size(); ++i) {
    size_t at = units.size();
    if (fusion.groups[i]) {
      at = place.emplace(*fusion.groups[i], at).first->second;
    }
    if (at == units.size()) units.emplace_back();
    units[at].push_back(static_cast<LayerId>(i));
  }
  return units;
}

FusedCosts CountFused(const Graph& graph, const Fusion& fusion) {
  FusedCosts fused;
  for (size_t i = 0; i < graph.layers.size(); ++i) {
    const Operation& operation = graph.layers[i].operation;
    OperationCost cost = CountOperation(operation);
    if (fusion.computes_in[i]) {
      cost.dtype = *fusion.computes_in[i];
      if (IsConversion(operation)) cost.operations = 0;
    }
    if (fusion.absorbed[i]) cost = {.dtype = cost.dtype, .calls = 0};
    fused.costs.push_back(cost);
    fused.output_bytes.push_back(fusion.absorbed[i] ? 0
                                                    : OutputBytes(operation));
  }
  const UnitCounter counter(graph, fusion);
  for (const std::vector<LayerId>& unit : UnitsOf(fusion)) {
    if (unit.size() == 1 && !fusion.computes_in[unit.front()]) continue;
    LayerId leader = unit.front();
    for (const LayerId layer : unit) {
      if (fused.costs[layer].operations > fused.costs[leader].operations) {
        leader = layer;
      }
    }
    for (const LayerId layer : unit) {
      fused.costs[layer].bytes = 0;
      fused.costs[layer].weight_bytes = 0;
      fused.costs[layer].calls = 0;
      fused.output_bytes[layer] = 0;
    }
    const int64_t written = counter.BytesWritten(unit);
    const int64_t weights = counter.WeightBytes(unit);
    fused.costs[leader].weight_bytes = weights;
    fused.costs[leader].bytes =
        SaturatingAdd(SaturatingAdd(counter.BytesRead(unit), weights), written);
    fused.costs[leader].calls = 1;
    fused.output_bytes[leader] = written;
  }
  return fused;
}

std::vector<double> WorkShares(const Graph& graph,
                               const std::vector<LayerId>& unit) {
  std::vector<double> shares;
  double all = 0;
  for (const LayerId layer : unit) {
    shares.push_back(WorkOf(CountOperation(graph.layers[layer].operation)));
    all += shares.back();
  }
  for (double& share : shares) {
    share = all > 0 ? share / all : 1.0 / static_cast<double>(shares.size());
  }
  return shares;
}

std::vector<int64_t> ShareOut(const Graph& graph, const Fusion& fusion,
                              const std::vector<int64_t>& ns) {
  std::vector<int64_t> shared = ns;
  for (const std::vector<LayerId>& unit : UnitsOf(fusion)) {
    if (unit.size() == 1) continue;
    int64_t all = 0;
    for (const LayerId layer : unit) all = SaturatingAdd(all, ns[layer]);
    const std::vector<double> shares = WorkShares(graph, unit);
    // Differences of rounded running sums: no rounding error adds up.
    double sum = 0;
    int64_t given = 0;
    for (size_t i = 0; i < unit.size(); ++i) {
      sum += shares[i];
      const int64_t until =
          i + 1 == unit.size()
              ? all
              : std::min<int64_t>(all,
                                  std::llround(sum * static_cast<double>(all)));
      shared[unit[i]] = std::max<int64_t>(until - given, 0);
      given += shared[unit[i]];
    }
  }
  return shared;
}

}  // namespace dnncut
