// SPDX-License-Identifier: Apache-2.0
#include "tools/vanished_layers.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace dnncut {
namespace {

// The layer that alone reads what the layer makes, and reads it alone.
std::optional<LayerId> OnlyReader(const Graph& graph, LayerId layer) {
  if (graph.layers[layer].outputs.size() != 1) return std::nullopt;
  const Tensor& tensor = graph.tensors[graph.layers[layer].outputs.front()];
  if (tensor.is_result || tensor.readers.size() != 1) return std::nullopt;
  return tensor.readers.front();
}

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

}  // namespace

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

}  // namespace dnncut
