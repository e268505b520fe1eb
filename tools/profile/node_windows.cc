// SPDX-License-Identifier: Apache-2.0
#include "tools/profile/node_windows.h"

#include <algorithm>
#include <initializer_list>

#include "tools/profile/vanished_layers.h"

namespace dnncut {
namespace {

bool IsOneOf(std::string_view op,
             std::initializer_list<std::string_view> operators) {
  return std::find(operators.begin(), operators.end(), op) != operators.end();
}

// "QLinearConv", "FusedConv" -> "Conv".
std::string_view BasicOperator(std::string_view op) {
  for (const std::string_view prefix :
       {"QLinear", "NhwcFused", "Nhwc", "Fused", "Skip", "Bias"}) {
    if (op.starts_with(prefix)) return op.substr(prefix.size());
  }
  return op;
}

// May a node be made of such a layer, or of a subgraph around it?
bool CanBeMadeOf(std::string_view node, std::string_view layer) {
  const std::string_view op = BasicOperator(node);
  if (layer == node || layer == op) return true;
  if (IsOneOf(op, {"Gemm", "MatMul", "GemmFloat8"})) {
    return layer == "MatMul" || layer == "Gemm";
  }
  if (IsOneOf(op, {"MatMulIntegerToFloat", "DynamicQuantizeMatMul"})) {
    return layer == "MatMulInteger";
  }
  if (op == "Gelu") return layer == "Erf";
  if (op == "FastGelu") return layer == "Tanh" || layer == "Gelu";
  if (op == "QuickGelu") return layer == "Sigmoid";
  if (op == "LayerNormalization") return layer == "Sqrt";
  return false;
}

}  // namespace

NodeWindows::NodeWindows(const Graph& graph,
                         const std::vector<NameMeaning>& meanings)
    : graph_(graph),
      meanings_(meanings),
      first_(graph.layers.size(), -1),
      last_(graph.layers.size(), -1) {
  for (size_t i = 0; i < meanings.size(); ++i) {
    if (meanings[i].kind == NameMeaning::Kind::kLayer) {
      Place(meanings[i].layer, static_cast<int>(i));
    }
  }
}

void NodeWindows::Place(LayerId layer, int position) {
  if (first_[layer] < 0) first_[layer] = position;
  last_[layer] = position;
}

std::optional<NodeMatch> NodeWindows::Match(int position,
                                            const std::vector<NodeTime>& nodes,
                                            const LayerUnits& units) const {
  const std::string_view op = nodes[position].op;
  std::vector<LayerId> layers = LayersAt(position, units);
  std::erase_if(layers, [&](const LayerId layer) {
    return !CanBeMadeOf(op, graph_.layers[layer].operation.op_type);
  });
  if (layers.empty()) return std::nullopt;
  // As many nodes must be left as there are layers that they may be.
  std::ptrdiff_t rivals = 0;
  for (size_t i = position; i < nodes.size(); ++i) {
    if (meanings_[i].kind == NameMeaning::Kind::kNew &&
        BasicOperator(nodes[i].op) == BasicOperator(op)) {
      ++rivals;
    }
  }
  const bool is_sure =
      rivals >= std::ssize(layers) && AllDependOnTheFirst(layers);
  return NodeMatch{LastOfSubgraph(layers.front(), op, units), is_sure};
}

std::optional<LayerId> NodeWindows::LayerAround(int position,
                                                const LayerUnits& units) const {
  std::vector<LayerId> layers = LayersAt(position, units);
  if (layers.size() == 1) return layers.front();
  std::erase_if(layers, [&](const LayerId layer) {
    return graph_.layers[layer].operation.bodies.empty();
  });
  if (layers.empty() || !AllDependOnTheFirst(layers)) return std::nullopt;
  return layers.front();
}

// Ascending, so that the first depends on none of the others.
std::vector<LayerId> NodeWindows::LayersAt(int position,
                                           const LayerUnits& units) const {
  const size_t count = graph_.layers.size();
  std::vector<int> end(count, static_cast<int>(meanings_.size()));
  for (size_t i = count; i-- > 0;) {
    for (const TensorId output : graph_.layers[i].outputs) {
      for (const LayerId reader : graph_.tensors[output].readers) {
        const int until = first_[reader] >= 0 ? first_[reader] : end[reader];
        end[i] = std::min(end[i], until);
      }
    }
  }
  std::vector<int> start(count, -1);
  std::vector<LayerId> layers;
  for (size_t i = 0; i < count; ++i) {
    for (const TensorId input : graph_.layers[i].inputs) {
      const LayerId producer = graph_.tensors[input].producer;
      if (producer == kModelInput) continue;
      start[i] = std::max({start[i], start[producer], last_[producer]});
    }
    const LayerId layer = static_cast<LayerId>(i);
    if (!units.HasNode(layer) && start[i] < position && position < end[i]) {
      layers.push_back(layer);
    }
  }
  return layers;
}

bool NodeWindows::AllDependOnTheFirst(
    const std::vector<LayerId>& layers) const {
  std::vector<bool> depends(graph_.layers.size(), false);
  depends[layers.front()] = true;
  for (size_t i = layers.front(); i < graph_.layers.size(); ++i) {
    if (!depends[i]) continue;
    for (const TensorId output : graph_.layers[i].outputs) {
      for (const LayerId reader : graph_.tensors[output].readers) {
        depends[reader] = true;
      }
    }
  }
  return std::all_of(layers.begin(), layers.end(),
                     [&](const LayerId layer) { return depends[layer]; });
}

// Gelu and LayerNormalization end with multiplications and additions behind
// the layer that they are known by; what stands before goes to its reader.
LayerId NodeWindows::LastOfSubgraph(LayerId core, std::string_view op,
                                    const LayerUnits& units) const {
  const std::string_view core_op = graph_.layers[core].operation.op_type;
  std::vector<std::string_view> tail;
  if (core_op == "Erf" || core_op == "Tanh") tail = {"Add", "Mul", "Mul"};
  if (core_op == "Sqrt") tail = {"Div", "Mul", "Add"};
  if (core_op == "Sigmoid" && op == "QuickGelu") tail = {"Mul"};
  LayerId last = core;
  for (const std::string_view next : tail) {
    const std::optional<LayerId> reader = OnlyReader(graph_, last);
    if (!reader || units.HasNode(*reader) ||
        graph_.layers[*reader].operation.op_type != next) {
      break;
    }
    last = *reader;
  }
  return last;
}

}  // namespace dnncut
