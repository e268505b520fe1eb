// SPDX-License-Identifier: Apache-2.0
#include "cost_models/machines/memory.h"

#include <algorithm>
#include <limits>

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

MemoryCounter::MemoryCounter(const Graph& graph, Side side)
    : graph_(graph),
      side_(side),
      cut_(graph.layers.size(), OtherSide(side)),
      readers_(graph.constants.size()) {
  for (const Layer& layer : graph.layers) {
    activations_.push_back(ActivationBytes(graph, layer));
  }
}

void MemoryCounter::CountLayer(LayerId layer, int count) {
  for (const ConstantId id : graph_.layers[layer].constants) {
    readers_[id] += count;
    // The first one that came, or the last one that went.
    if (readers_[id] == (count > 0 ? 1 : 0)) {
      weight_bytes_ += Int128{count} * graph_.constants[id].memory_bytes;
    }
  }
  weight_bytes_ +=
      Int128{count} * graph_.layers[layer].inner_weights.memory_bytes;
  const auto same = all_activations_.try_emplace(activations_[layer], 0).first;
  same->second += count;
  if (same->second == 0) all_activations_.erase(same);
}

MemoryNeed MemoryCounter::Count(const Cut& cut) {
  ForEachMoved(cut_, cut, [&](LayerId layer) {
    CountLayer(layer, cut[layer] == side_ ? 1 : -1);
  });
  cut_ = cut;
  MemoryNeed need;
  need.weight_bytes = static_cast<int64_t>(
      std::min<Int128>(weight_bytes_, std::numeric_limits<int64_t>::max()));
  if (!all_activations_.empty()) {
    need.activation_bytes = all_activations_.rbegin()->first;
  }
  return need;
}

std::optional<int64_t> MemoryCounter::Shortfall(const Cut& cut,
                                                const Machine& machine) {
  const MemoryNeed need = Count(cut);
  // In float16 or int8 no tensor is smaller than float32 becomes.
  const int64_t total =
      SaturatingAdd(need.weight_bytes, need.activation_bytes) /
      (BitsOf(DType::kFloat32) / BitsOf(PrecisionType(machine.precision)));
  if (total <= machine.memory_bytes) return std::nullopt;
  return total - machine.memory_bytes;
}

}  // namespace dnncut
