// SPDX-License-Identifier: Apache-2.0
#include "cost_models/fusion/fusion_draft.h"

#include <algorithm>

namespace dnncut {

FusionDraft::FusionDraft(const Graph& graph,
                         const std::vector<std::optional<Side>>& pins)
    : graph_(graph), forced_(pins), unit_of_(graph.layers.size(), kAlone) {
  if (pins.empty()) return;
  for (const Layer& layer : graph.layers) {
    for (const TensorId output : layer.outputs) {
      const Tensor& tensor = graph.tensors[output];
      if (forced_[tensor.producer] != Side::kServer) continue;
      for (const LayerId reader : tensor.readers) {
        if (!pins[reader]) forced_[reader] = Side::kServer;
      }
    }
  }
  for (auto layer = graph.layers.rbegin(); layer != graph.layers.rend();
       ++layer) {
    const auto id = static_cast<size_t>(graph.layers.rend() - layer - 1);
    if (forced_[id] != Side::kDevice) continue;
    for (const TensorId input : layer->inputs) {
      const LayerId maker = graph.tensors[input].producer;
      if (maker != kModelInput && !pins[maker]) {
        forced_[maker] = Side::kDevice;
      }
    }
  }
}

std::string_view FusionDraft::Op(LayerId layer) const {
  const Operation& operation = graph_.layers[layer].operation;
  const bool known =
      operation.domain.empty() || operation.domain == "com.microsoft";
  return known && operation.bodies.empty() ? operation.op_type
                                           : std::string_view();
}

bool FusionDraft::IsOneOf(LayerId layer,
                          std::span<const std::string_view> ops) const {
  return std::find(ops.begin(), ops.end(), Op(layer)) != ops.end();
}

std::vector<LayerId> FusionDraft::MembersWith(LayerId layer) const {
  if (IsAlone(layer)) return {layer};
  return units_[unit_of_[layer]];
}

std::optional<TensorId> FusionDraft::OutputOf(LayerId layer) const {
  std::optional<TensorId> used;
  for (const TensorId id : graph_.layers[layer].outputs) {
    const Tensor& output = graph_.tensors[id];
    if (output.readers.empty() && !output.is_result) continue;
    if (used) return std::nullopt;
    used = id;
  }
  return used;
}

std::optional<LayerId> FusionDraft::OnlyReader(TensorId tensor) const {
  const Tensor& made = graph_.tensors[tensor];
  if (made.is_result || made.readers.size() != 1) return std::nullopt;
  return made.readers.front();
}

bool FusionDraft::HasOneExit(const std::vector<LayerId>& members,
                             LayerId sink) const {
  const auto inside = [&](LayerId reader) {
    return std::find(members.begin(), members.end(), reader) != members.end();
  };
  for (const LayerId member : members) {
    if (member == sink) continue;
    for (const TensorId id : graph_.layers[member].outputs) {
      const Tensor& output = graph_.tensors[id];
      if (output.is_result ||
          !std::all_of(output.readers.begin(), output.readers.end(), inside)) {
        return false;
      }
    }
  }
  return true;
}

bool FusionDraft::ReadsOnly(LayerId layer, TensorId tensor) const {
  const std::vector<TensorId>& inputs = graph_.layers[layer].inputs;
  return inputs.size() == 1 && inputs.front() == tensor;
}

bool FusionDraft::Join(const std::vector<LayerId>& layers) {
  std::vector<LayerId> members;
  for (const LayerId layer : layers) {
    const std::vector<LayerId> with = MembersWith(layer);
    members.insert(members.end(), with.begin(), with.end());
  }
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  if (!forced_.empty()) {
    std::optional<Side> side;
    for (const LayerId member : members) {
      if (!forced_[member]) continue;
      if (side && side != forced_[member]) return false;
      side = forced_[member];
    }
  }
  const int unit = static_cast<int>(units_.size());
  for (const LayerId member : members) {
    if (!IsAlone(member)) units_[unit_of_[member]].clear();
    unit_of_[member] = unit;
  }
  units_.push_back(std::move(members));
  return true;
}

}  // namespace dnncut
