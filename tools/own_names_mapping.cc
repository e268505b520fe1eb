// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include "compiler/error.h"
#include "compiler/onnx_walk.h"
#include "tools/layer_units.h"
#include "tools/trace_mapping.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;

// What events may be called, and the layer that they then stand for.
class NodeNames {
 public:
  NodeNames(const Graph& graph, const onnx::GraphProto& source)
      : graph_(graph), by_tensor_(LayersByTensor(graph)) {
    const std::map<int, LayerId> layers = LayersByNode(graph);
    // The runtime turns Constant nodes into initializers before it counts.
    int index = 0;
    for (int i = 0; i < source.node_size(); ++i) {
      const onnx::NodeProto& node = source.node(i);
      const auto layer = layers.find(i);
      const std::optional<LayerId> id =
          layer == layers.end() ? std::nullopt
                                : std::optional<LayerId>(layer->second);
      if (!node.name().empty()) {
        const auto [it, is_new] = by_name_.emplace(node.name(), id);
        if (!is_new) it->second = std::nullopt;  // stands twice
      } else if (id) {
        nameless_[fmt::format("{}_{}", node.op_type(), index)] = *id;
      }
      if (node.op_type() != "Constant") ++index;
    }
  }

  // A node whose result is constant is known and stands for no layer.
  bool Knows(const NodeTime& node) const {
    return by_name_.contains(node.name) || LayerOf(node).has_value();
  }

  std::optional<LayerId> LayerOf(const NodeTime& node) const {
    const std::string_view name = node.name;
    if (const auto it = by_name_.find(name); it != by_name_.end()) {
      return it->second;
    }
    if (const auto it = nameless_.find(name);
        it != nameless_.end() &&
        graph_.layers[it->second].operation.op_type == node.op) {
      return it->second;
    }
    if (const auto layer = LayerOfLayoutName(graph_, by_tensor_, name)) return layer;
    return LayerOfFusedName(name);
  }

 private:
  // "fc1/MatMulAddFusion" is made of fc1, whose name may have a '/', too.
  std::optional<LayerId> LayerOfFusedName(std::string_view name) const {
    for (size_t end = name.rfind('/'); end != std::string_view::npos && end > 0;
         end = name.rfind('/', end - 1)) {
      const auto it = by_name_.find(name.substr(0, end));
      if (it != by_name_.end()) return it->second;
    }
    return std::nullopt;
  }

  const Graph& graph_;
  std::map<std::string, std::optional<LayerId>, std::less<>> by_name_;
  std::map<std::string, LayerId, std::less<>> nameless_;
  std::map<std::string_view, LayerId> by_tensor_;
};

// A runtime knows these results before it runs, whatever happens to what they
// are made of.
bool IsFoldedShape(std::string_view op) {
  return op == "Shape" || op == "Size" || IsPassedThrough(op);
}

// The layer that makes the first input that a layer makes.
std::optional<LayerId> LayerBefore(const Graph& graph, LayerId layer) {
  for (const TensorId input : graph.layers[layer].inputs) {
    const LayerId producer = graph.tensors[input].producer;
    if (producer != kModelInput) return producer;
  }
  return std::nullopt;
}

// The first reader of a layer's outputs.
std::optional<LayerId> LayerBehind(const Graph& graph, LayerId layer) {
  for (const TensorId output : graph.layers[layer].outputs) {
    const std::vector<LayerId>& readers = graph.tensors[output].readers;
    if (!readers.empty()) return readers.front();
  }
  return std::nullopt;
}

// A convolution of the layout passes is called after the last layer that was
// fused into it: those before it, back to the convolution, are in it, too.
void JoinBackToConvolution(const Graph& graph, LayerId last,
                           LayerUnits* units) {
  std::vector<LayerId> chain = {last};
  while (graph.layers[chain.back()].operation.op_type != "Conv") {
    const std::optional<LayerId> before = LayerBefore(graph, chain.back());
    if (!before || units->HasNode(*before)) return;
    chain.push_back(*before);
  }
  for (const LayerId layer : chain) units->JoinLayers(last, layer);
  units->MarkSettled(chain);
}

void JoinVanishedLayers(const Graph& graph, LayerUnits* units) {
  const LayerId count = static_cast<LayerId>(graph.layers.size());
  for (LayerId layer = count; layer-- > 0;) {
    if (units->HasNode(layer) ||
        IsFoldedShape(graph.layers[layer].operation.op_type)) {
      continue;
    }
    std::optional<LayerId> other = LayerBefore(graph, layer);
    if (!other) other = LayerBehind(graph, layer);
    if (other) units->JoinLayers(layer, *other);
  }
}

}  // namespace

LayerTimes MapOwnNames(const Graph& graph, const onnx::GraphProto& source,
                       const std::vector<NodeTime>& nodes,
                       const std::string& path) {
  const NodeNames names(graph, source);
  const auto known =
      std::count_if(nodes.begin(), nodes.end(),
                    [&](const NodeTime& node) { return names.Knows(node); });
  if (2 * known < std::ssize(nodes)) {
    const auto stranger =
        std::find_if(nodes.begin(), nodes.end(),
                     [&](const NodeTime& node) { return !names.Knows(node); });
    Fail(ExitCode::kBadInput, "E433",
         "{}: is a trace of another model: of its {} nodes {} are not in the "
         "model, '{}' for example; give the trace of this model",
         path, nodes.size(), std::ssize(nodes) - known, stranger->name);
  }
  LayerUnits units(graph, nodes.size());
  std::vector<const NodeTime*> timed;
  std::optional<int> before;
  std::vector<int> leading;  // nodes before the first that is known
  for (size_t i = 0; i < nodes.size(); ++i) {
    const int node = static_cast<int>(i);
    timed.push_back(&nodes[i]);
    if (const auto layer = names.LayerOf(nodes[i])) {
      units.Join(node, *layer);
      before = node;
      for (const int earlier : leading) units.Follow(earlier, node);
      leading.clear();
    } else if (before) {
      units.Follow(node, *before);
    } else {
      leading.push_back(node);
    }
  }
  for (const NodeTime& node : nodes) {
    const auto layer = names.LayerOf(node);
    if (layer && node.name.find("_nchwc") != std::string::npos) {
      JoinBackToConvolution(graph, *layer, &units);
    }
  }
  JoinVanishedLayers(graph, &units);
  LayerTimes times = units.Times(timed);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (names.Knows(nodes[i]) || !units.UnitOf(static_cast<int>(i))) continue;
    ++times.guessed_nodes;
    times.guessed_us += nodes[i].us;
  }
  return times;
}

}  // namespace dnncut
