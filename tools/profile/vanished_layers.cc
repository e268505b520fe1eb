// SPDX-License-Identifier: Apache-2.0
#include "tools/profile/vanished_layers.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace dnncut {
namespace {

bool IsSameOperation(const Operation& a, const Operation& b) {
  return std::tie(a.domain, a.op_type, a.ints, a.floats, a.strings, a.inputs,
                  a.outputs) == std::tie(b.domain, b.op_type, b.ints, b.floats,
                                         b.strings, b.inputs, b.outputs) &&
         a.bodies.empty() && b.bodies.empty();
}

// By LayerId: the first layer that computes the same, or itself.
std::vector<LayerId> FirstEquals(const Graph& graph) {
  using Inputs = std::vector<TensorId>;
  using Key = std::tuple<std::string, Inputs, std::vector<ConstantId>>;
  std::map<Key, std::vector<LayerId>> seen;
  std::vector<LayerId> first;
  for (const Layer& layer : graph.layers) {
    Inputs inputs;
    for (const TensorId input : layer.inputs) {
      const LayerId producer = graph.tensors[input].producer;
      if (producer == kModelInput) {
        inputs.push_back(input);
        continue;
      }
      const Inputs& outputs = graph.layers[producer].outputs;
      const auto position = std::find(outputs.begin(), outputs.end(), input);
      inputs.push_back(
          graph.layers[first[producer]].outputs[position - outputs.begin()]);
    }
    std::vector<LayerId>& others =
        seen[{layer.operation.op_type, inputs, layer.constants}];
    const auto same =
        std::find_if(others.begin(), others.end(), [&](const LayerId other) {
          const Layer& earlier = graph.layers[other];
          return earlier.outputs.size() == layer.outputs.size() &&
                 IsSameOperation(earlier.operation, layer.operation);
        });
    const LayerId id = static_cast<LayerId>(first.size());
    first.push_back(same == others.end() ? id : *same);
    if (same == others.end()) others.push_back(id);
  }
  return first;
}

// With a constant, as a normalization is.
bool IsScaling(std::string_view op) {
  return op == "BatchNormalization" || op == "Add" || op == "Mul" ||
         op == "Sub" || op == "Div";
}

bool IsActivation(std::string_view op) {
  return op == "Relu" || op == "LeakyRelu" || op == "Clip" || op == "Sigmoid" ||
         op == "Tanh" || op == "HardSigmoid" || op == "Elu" ||
         op == "Softplus" || op == "Softsign";
}

// Has all that `layer` reads been made?
bool CanRun(const Graph& graph, LayerId layer,
            const std::vector<bool>& has_run) {
  const std::vector<TensorId>& inputs = graph.layers[layer].inputs;
  return std::all_of(inputs.begin(), inputs.end(), [&](const TensorId input) {
    const LayerId producer = graph.tensors[input].producer;
    return producer == kModelInput || has_run[producer] ||
           (IsPassedThrough(graph.layers[producer].operation.op_type) &&
            CanRun(graph, producer, has_run));
  });
}

// A Clip swallows the Relu before it.
std::optional<LayerId> ClipBehind(const Graph& graph, LayerId layer) {
  if (graph.layers[layer].operation.op_type != "Relu") return std::nullopt;
  const std::optional<LayerId> reader = OnlyReader(graph, layer);
  if (!reader || graph.layers[*reader].operation.op_type != "Clip") {
    return std::nullopt;
  }
  return reader;
}

// Takes the room that the layer needs; false when there is none.
bool Fill(const Graph& graph, LayerId layer, const std::vector<bool>& has_run,
          Room* room) {
  const std::string_view op = graph.layers[layer].operation.op_type;
  if (room->for_rescaling && (op == "Cast" || op == "Mul")) return true;
  if (room->for_constants && graph.layers[layer].inputs.size() == 1 &&
      IsScaling(op)) {
    return true;
  }
  if (op == "Add" || op == "Sum") {
    if (!room->for_addition || !CanRun(graph, layer, has_run)) return false;
    *room = {.for_activation = room->for_activation};
    return true;
  }
  if (!room->for_activation || !IsActivation(op)) return false;
  *room = {};
  return true;
}

// From the last layer of a node back to its convolution, through what is in no
// node yet: the other input of an addition has run before.
void JoinBackToConvolution(const Graph& graph, LayerId last,
                           LayerUnits* units) {
  std::vector<LayerId> chain = {last};
  while (graph.layers[chain.back()].operation.op_type != "Conv") {
    std::optional<LayerId> before;
    for (const TensorId input : graph.layers[chain.back()].inputs) {
      const LayerId producer = graph.tensors[input].producer;
      if (producer != kModelInput && !units->HasNode(producer)) {
        before = producer;
      }
    }
    if (!before) return;
    chain.push_back(*before);
  }
  for (const LayerId layer : chain) units->JoinLayers(last, layer);
  units->MarkSettled(chain);
}

}  // namespace

std::optional<LayerId> OnlyReader(const Graph& graph, LayerId layer) {
  if (graph.layers[layer].outputs.size() != 1) return std::nullopt;
  const Tensor& tensor = graph.tensors[graph.layers[layer].outputs.front()];
  if (tensor.is_result || tensor.readers.size() != 1) return std::nullopt;
  return tensor.readers.front();
}

bool GivesQuantized(std::string_view op) { return op.starts_with("QLinear"); }

void JoinUpToQuantization(const Graph& graph, LayerId layer,
                          LayerUnits* units) {
  if (graph.layers[layer].operation.op_type == "QuantizeLinear") return;
  std::vector<LayerId> chain;
  for (auto next = OnlyReader(graph, layer); next;
       next = OnlyReader(graph, *next)) {
    const std::string_view op = graph.layers[*next].operation.op_type;
    const bool is_end = op == "QuantizeLinear";
    // A node that changes the layout behind may bear the last one's name.
    if (op == "DequantizeLinear" || (!is_end && units->HasNode(*next))) return;
    chain.push_back(*next);
    if (!is_end) continue;
    for (const LayerId member : chain) units->JoinLayers(layer, member);
    units->MarkSettled(chain);
    return;
  }
}

std::vector<bool> FindDuplicates(const Graph& graph, const LayerUnits& units) {
  const std::vector<LayerId> first = FirstEquals(graph);
  std::vector<int> nodes(first.size(), 0);  // by the first
  for (size_t i = 0; i < first.size(); ++i) {
    if (units.HasNode(static_cast<LayerId>(i))) ++nodes[first[i]];
  }
  std::vector<bool> duplicates(first.size(), false);
  for (size_t i = 0; i < first.size(); ++i) {
    duplicates[i] = nodes[first[i]] > 0 &&
                    !units.HasNode(static_cast<LayerId>(i)) &&
                    graph.layers[i].operation.op_type != "DequantizeLinear";
  }
  return duplicates;
}

Room RoomOf(const Graph& graph, LayerId layer, std::string_view op,
            const NameMeaning& meaning) {
  const std::string_view own = graph.layers[layer].operation.op_type;
  Room room;
  if (op == "Gemm" || op == "FusedGemm") {
    room.for_addition = own == "MatMul";
    room.for_activation = op == "FusedGemm";
  } else if (op == "FusedMatMul") {
    room.for_constants = true;
  } else if (op == "DynamicQuantizeMatMul" || op == "MatMulIntegerToFloat") {
    room.for_rescaling = own == "MatMulInteger";
    room.for_constants = room.for_rescaling;
  } else if ((own == "Conv" || meaning.is_last_layer) &&
             (op.ends_with("Conv") || op.empty())) {
    // Old traces do not tell the operator.
    const bool is_fused = op != "Conv" || meaning.is_last_layer;
    room = {.for_constants = true,
            .for_addition = is_fused,
            .for_activation = true,
            .is_last = meaning.is_last_layer};
  }
  return room;
}

void JoinChain(const Graph& graph, LayerId layer, Room room, LayerUnits* units,
               std::vector<bool>* has_run) {
  (*has_run)[layer] = true;
  if (room.is_last) JoinBackToConvolution(graph, layer, units);
  while (const std::optional<LayerId> next = OnlyReader(graph, layer)) {
    const std::optional<LayerId> clip = ClipBehind(graph, *next);
    if (units->HasNode(*next) || (clip && units->HasNode(*clip)) ||
        !Fill(graph, *next, *has_run, &room)) {
      return;
    }
    units->JoinLayers(layer, *next);
    units->MarkSettled({*next});
    (*has_run)[*next] = true;
    room.for_activation |= clip.has_value();
    layer = *next;
  }
}

void JoinQuantizations(const Graph& graph, LayerUnits* units) {
  for (size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    const LayerId id = static_cast<LayerId>(i);
    if (layer.operation.op_type != "QuantizeLinear" || units->HasNode(id) ||
        layer.inputs.size() != 1) {
      continue;
    }
    const LayerId producer = graph.tensors[layer.inputs.front()].producer;
    if (producer == kModelInput || !units->HasNode(producer) ||
        graph.layers[producer].operation.op_type == "DequantizeLinear") {
      continue;
    }
    units->JoinLayers(id, producer);
    units->MarkSettled({id});
  }
}

void JoinToReaders(const Graph& graph, const std::set<std::string_view>& folded,
                   LayerUnits* units) {
  constexpr LayerId kNone = -1;
  constexpr LayerId kSeveral = -2;
  const std::vector<bool> is_duplicate = FindDuplicates(graph, *units);
  std::vector<LayerId> reader_unit(graph.layers.size(), kNone);
  for (size_t i = graph.layers.size(); i-- > 0;) {
    const LayerId layer = static_cast<LayerId>(i);
    if (is_duplicate[i]) continue;
    if (units->HasNode(layer)) {
      reader_unit[i] = layer;
      continue;
    }
    LayerId unit = kNone;
    for (const TensorId output : graph.layers[i].outputs) {
      if (folded.contains(graph.tensors[output].name)) continue;
      for (const LayerId reader : graph.tensors[output].readers) {
        const LayerId other = reader_unit[reader];
        if (other == kNone || unit == kSeveral) continue;
        const bool is_same = unit >= 0 && other >= 0 &&
                             units->RootOf(unit) == units->RootOf(other);
        if (!is_same) unit = unit == kNone ? other : kSeveral;
      }
    }
    reader_unit[i] = unit;
    if (unit >= 0 && !IsPassedThrough(graph.layers[i].operation.op_type)) {
      units->JoinLayers(layer, unit);
    }
  }
}

}  // namespace dnncut
