// SPDX-License-Identifier: Apache-2.0
//
// A fusion leaves one node for several layers. The runtime puts only few kinds
// of layers behind a convolution or a product (a normalization or a factor, an
// addition, an activation, in this order), each at most once but the first, and
// only when nobody else reads what lies between: so a layer that has vanished
// behind such a node is in it, and whatever else has vanished is in its reader.
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

// The layer that alone reads what the layer makes.
std::optional<LayerId> OnlyReader(const Graph& graph, LayerId layer) {
  if (graph.layers[layer].outputs.size() != 1) return std::nullopt;
  const Tensor& tensor = graph.tensors[graph.layers[layer].outputs.front()];
  if (tensor.is_result || tensor.readers.size() != 1) return std::nullopt;
  return tensor.readers.front();
}

// Operators on quantized numbers whose result is quantized.
bool GivesQuantized(std::string_view op) { return op.starts_with("QLinear"); }

// For a layer that became such an operator: it holds what follows, up to the
// QuantizeLinear.
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

// Which layers behind a node's own layer the runtime may have fused into it.
struct Fusible {
  int position = 0;       // of the node
  bool scaling = false;   // normalizations, biases, factors
  bool addition = false;  // of a bias or of what another node made
  bool activation = false;
};

Fusible FusibleInto(std::string_view layer_op, const LayerRun& run) {
  Fusible fusible{.position = run.position};
  if (run.op == "Gemm" || run.op == "FusedGemm") {
    fusible.addition = layer_op == "MatMul";
    fusible.activation = run.op == "FusedGemm";
  } else if (run.op == "FusedMatMul") {
    fusible.scaling = true;
  } else if ((layer_op == "Conv" || run.is_layout) &&
             (run.op.ends_with("Conv") || run.op.empty())) {
    // Old traces do not tell the operator.
    fusible.scaling = true;
    fusible.addition = run.op != "Conv" || run.is_layout;
    fusible.activation = true;
  }
  return fusible;
}

// Marks the layer as fused into the node; false when it cannot be.
bool Fuse(const Layer& layer, Fusible* fusible) {
  const std::string_view op = layer.operation.op_type;
  if (fusible->scaling && layer.inputs.size() == 1 && IsScaling(op)) {
    return true;
  }
  if (op == "Add" || op == "Sum") {
    if (!fusible->addition) return false;
    fusible->scaling = false;
    fusible->addition = false;
    return true;
  }
  if (!fusible->activation || !IsActivation(op)) return false;
  *fusible = {.position = fusible->position};
  return true;
}

// Has a Clip with a node swallowed the Relu before it?
bool IsInClip(const Graph& graph, LayerId layer, const LayerUnits& units) {
  if (graph.layers[layer].operation.op_type != "Relu") return false;
  const std::optional<LayerId> reader = OnlyReader(graph, layer);
  return reader && units.HasNode(*reader) &&
         graph.layers[*reader].operation.op_type == "Clip";
}

// Of the layers that make what `layer` reads, the one whose node ran last.
// nullopt when one has no node, nor could it be fused into one: nothing is
// known of when it ran.
std::optional<LayerId> LastProducer(
    const Graph& graph, LayerId layer,
    const std::vector<std::optional<Fusible>>& by_layer) {
  std::optional<LayerId> last;
  for (const TensorId input : graph.layers[layer].inputs) {
    const LayerId producer = graph.tensors[input].producer;
    if (producer == kModelInput) continue;
    if (!by_layer[producer]) return std::nullopt;
    if (!last || by_layer[producer]->position > by_layer[*last]->position) {
      last = producer;
    }
  }
  return last;
}

}  // namespace

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

void JoinBehindNodes(const Graph& graph,
                     const std::map<LayerId, LayerRun>& runs,
                     LayerUnits* units) {
  for (const auto& [layer, run] : runs) {
    if (GivesQuantized(run.op)) JoinUpToQuantization(graph, layer, units);
  }
  std::vector<std::optional<Fusible>> by_layer(graph.layers.size());
  for (size_t i = 0; i < graph.layers.size(); ++i) {
    const LayerId layer = static_cast<LayerId>(i);
    const std::string_view op = graph.layers[i].operation.op_type;
    if (const auto run = runs.find(layer); run != runs.end()) {
      by_layer[i] = FusibleInto(op, run->second);
      continue;
    }
    const std::optional<LayerId> producer =
        LastProducer(graph, layer, by_layer);
    if (!producer || units->HasNode(layer)) continue;
    Fusible fusible = *by_layer[*producer];
    if (IsPassedThrough(op)) {
      by_layer[i] = Fusible{.position = fusible.position};
      continue;
    }
    const bool is_made_quantized =
        op == "QuantizeLinear" && units->HasNode(*producer) &&
        graph.layers[*producer].operation.op_type != "DequantizeLinear";
    const bool is_fused = OnlyReader(graph, *producer) == layer &&
                          !IsInClip(graph, layer, *units) &&
                          Fuse(graph.layers[i], &fusible);
    if (!is_made_quantized && !is_fused) continue;
    by_layer[i] = fusible;
    units->JoinLayers(layer, *producer);
    units->MarkSettled({layer});
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
