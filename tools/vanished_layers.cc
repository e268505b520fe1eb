// SPDX-License-Identifier: Apache-2.0
#include "tools/vanished_layers.h"

namespace dnncut {
namespace {

// The layer that alone reads what the layer makes, and reads it alone.
std::optional<LayerId> OnlyReader(const Graph& graph, LayerId layer) {
  if (graph.layers[layer].outputs.size() != 1) return std::nullopt;
  const Tensor& tensor = graph.tensors[graph.layers[layer].outputs.front()];
  if (tensor.is_result || tensor.readers.size() != 1) return std::nullopt;
  return tensor.readers.front();
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

}  // namespace dnncut
