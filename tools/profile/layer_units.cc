// SPDX-License-Identifier: Apache-2.0
#include "tools/profile/layer_units.h"

namespace dnncut {

LayerUnits::LayerUnits(const Graph& graph, size_t nodes)
    : units_(graph.layers.size()),
      has_node_(graph.layers.size(), false),
      unit_(nodes) {}

void LayerUnits::Join(int node, LayerId layer) {
  has_node_[layer] = true;
  if (unit_[node]) {
    JoinLayers(*unit_[node], layer);
  } else {
    unit_[node] = layer;
  }
}

void LayerUnits::FollowNeighbours(
    const std::function<bool(int)>& is_for_the_next) {
  const int count = static_cast<int>(unit_.size());
  std::optional<int> before;
  for (int i = 0; i < count; ++i) {
    if (unit_[i]) {
      before = i;
    } else if (before && !is_for_the_next(i)) {
      Follow(i, *before);
    }
  }
  std::optional<int> behind = before;
  for (int i = count; i-- > 0;) {
    if (unit_[i]) {
      behind = i;
    } else if (behind) {
      Follow(i, *behind);
    }
  }
}

void LayerUnits::MarkSettled(const std::vector<LayerId>& layers) {
  for (const LayerId layer : layers) has_node_[layer] = true;
}

LayerTimes LayerUnits::Times(const std::vector<const NodeTime*>& timed) const {
  LayerTimes times;
  std::vector<int> unit_of_root(has_node_.size(), -1);
  for (LayerId layer = 0; layer < static_cast<LayerId>(has_node_.size());
       ++layer) {
    int& unit = unit_of_root[RootOf(layer)];
    if (unit < 0) {
      unit = static_cast<int>(times.units.size());
      times.units.emplace_back();
    }
    times.units[unit].layers.push_back(layer);
  }
  for (size_t node = 0; node < timed.size(); ++node) {
    if (timed[node] == nullptr) continue;
    ++times.nodes;
    if (!unit_[node]) {
      ++times.lost_nodes;
      times.lost_us += timed[node]->us;
      continue;
    }
    Unit& unit = times.units[unit_of_root[RootOf(*unit_[node])]];
    unit.us += timed[node]->us;
    unit.spread_us += timed[node]->spread_us;
  }
  return times;
}

std::map<std::string_view, LayerId> LayersByTensor(const Graph& graph) {
  std::map<std::string_view, LayerId> layers;
  for (const Tensor& tensor : graph.tensors) {
    if (tensor.producer != kModelInput) layers[tensor.name] = tensor.producer;
  }
  return layers;
}

std::string_view WithoutInsertedCast(std::string_view name) {
  for (const std::string_view prefix :
       {"InsertedPrecisionFreeCast_", "InsertedCast_"}) {
    if (name.starts_with(prefix)) return name.substr(prefix.size());
  }
  return name;
}

std::optional<LayerId> LayerOfTensor(
    const std::map<std::string_view, LayerId>& by_tensor,
    std::string_view name) {
  auto it = by_tensor.find(name);
  if (it == by_tensor.end()) it = by_tensor.find(WithoutInsertedCast(name));
  if (it == by_tensor.end()) return std::nullopt;
  return it->second;
}

std::map<int, LayerId> LayersByNode(const Graph& graph) {
  std::map<int, LayerId> layers;
  for (size_t i = 0; i < graph.layers.size(); ++i) {
    layers[graph.layers[i].node] = static_cast<LayerId>(i);
  }
  return layers;
}

std::optional<LayerId> LayerOfLayoutName(
    const Graph& graph, const std::map<std::string_view, LayerId>& by_tensor,
    std::string_view name) {
  const auto before = [&](std::string_view suffix) -> std::optional<LayerId> {
    const size_t end = name.rfind(suffix);
    if (end == std::string_view::npos) return std::nullopt;
    return LayerOfTensor(by_tensor, name.substr(0, end));
  };
  // "conv1_bn" may be a tensor itself.
  const auto normalized = before("_bn_nchwc");
  if (normalized &&
      graph.layers[*normalized].operation.op_type == "BatchNormalization") {
    return normalized;
  }
  return before("_nchwc");
}

bool IsHelper(std::string_view name, std::string_view op) {
  // Two reshapes in one: it is the second that remains.
  if (name.ends_with("_new_reshape")) return false;
  const std::string_view plain = name.substr(0, name.find("_token_"));
  return op == "ReorderInput" || op == "ReorderOutput" ||
         plain == "Transpose" || plain == "gemm_input_reshape" ||
         plain == "gemm_output_reshape" ||
         ((op == "Cast" || op.empty()) && WithoutInsertedCast(name) != name);
}

bool IsPassedThrough(std::string_view op) {
  return op == "Identity" || op == "Dropout";
}

}  // namespace dnncut
