// SPDX-License-Identifier: Apache-2.0
#include "cost_models/machines/memory.h"

#include <algorithm>
#include <vector>

#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

// What a layer holds at once: what it reads and writes, each tensor once.
int64_t ActivationBytes(const Graph& graph, const Layer& layer) {
  int64_t sum = 0;
  for (TensorId id : layer.inputs) {
    sum = SaturatingAdd(sum, TensorBytes(graph.tensors[id].type));
  }
  for (TensorId id : layer.outputs) {
    sum = SaturatingAdd(sum, TensorBytes(graph.tensors[id].type));
  }
  return sum;
}

}  // namespace

MemoryNeed CountMemory(const Graph& graph, const Cut& cut, Side side) {
  MemoryNeed need;
  std::vector<bool> counted(graph.constants.size(), false);
  for (size_t i = 0; i < graph.layers.size(); ++i) {
    if (cut[i] != side) continue;
    const Layer& layer = graph.layers[i];
    for (ConstantId id : layer.constants) {
      if (counted[id]) continue;
      counted[id] = true;
      need.weight_bytes =
          SaturatingAdd(need.weight_bytes, graph.constants[id].memory_bytes);
    }
    need.weight_bytes =
        SaturatingAdd(need.weight_bytes, layer.inner_weights.memory_bytes);
    need.activation_bytes =
        std::max(need.activation_bytes, ActivationBytes(graph, layer));
  }
  return need;
}

std::optional<int64_t> MemoryShortfall(const Graph& graph, const Cut& cut,
                                       Side side, const Machine& machine) {
  const MemoryNeed need = CountMemory(graph, cut, side);
  // In float16 or int8 no tensor is smaller than float32 becomes.
  const int64_t total =
      SaturatingAdd(need.weight_bytes, need.activation_bytes) /
      (BitsOf(DType::kFloat32) / BitsOf(PrecisionType(machine.precision)));
  if (total <= machine.memory_bytes) return std::nullopt;
  return total - machine.memory_bytes;
}

}  // namespace dnncut
