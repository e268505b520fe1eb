// SPDX-License-Identifier: Apache-2.0
//
// A trace tells the names and operators of the nodes and the order in which
// they ran. A node is known when its name is one of the model's, or one with
// what the runtime puts behind it. Of the layers without a node, those that a
// convolution or a product can hold behind itself are in it; those that could
// run only since the node before a new one are that; the others are in what
// reads them. Where two answers are possible none is taken: such nodes count
// with those beside them, and as guessed.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "compiler/base/disjoint_sets.h"
#include "compiler/base/error.h"
#include "tools/profile/layer_units.h"
#include "tools/profile/trace_mapping.h"
#include "tools/profile/vanished_layers.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;

constexpr int kNever = std::numeric_limits<int>::max();

// Tensors that a runtime may know before it runs: what is made of shapes alone.
std::set<std::string_view> ResultsOfShapes(const Graph& graph) {
  std::set<std::string_view> names;
  for (const Layer& layer : graph.layers) {
    const std::string_view op = layer.operation.op_type;
    const auto is_of_shapes = [&](const TensorId input) {
      return names.contains(graph.tensors[input].name);
    };
    if (op == "Shape" || op == "Size" ||
        std::all_of(layer.inputs.begin(), layer.inputs.end(), is_of_shapes)) {
      for (const TensorId output : layer.outputs) {
        names.insert(graph.tensors[output].name);
      }
    }
  }
  return names;
}

// "_token_3" makes a name unique, "/MatMulAddFusion" and
// "/MatmulTransposeFusion//MatMulScaleFusion/" say what became of the node.
bool IsPutBehind(std::string_view text) {
  constexpr std::string_view kToken = "_token_";
  if (text.starts_with(kToken)) {
    text.remove_prefix(kToken.size());
    return !text.empty() && text.front() >= '0' && text.front() <= '9';
  }
  return text.starts_with("_new_reshape") || text.starts_with("/duplicated") ||
         (text.starts_with('/') && text.find("Fusion") != text.npos);
}

// What a node of a trace is known as.
struct KnownNode {
  std::optional<LayerId> layer;  // nullopt for a node that is no layer
  bool is_layout = false;        // of a layout pass
};

class NodeNames {
 public:
  // Refers to both.
  NodeNames(const Graph& graph, const onnx::GraphProto& source)
      : graph_(graph), by_tensor_(LayersByTensor(graph)) {
    const std::map<int, LayerId> layers = LayersByNode(graph);
    std::set<std::string_view> twice;
    // The profiler calls a nameless node "Conv_7". The runtime turns Constant
    // nodes into initializers before it counts.
    int index = 0;
    for (int i = 0; i < source.node_size(); ++i) {
      const onnx::NodeProto& node = source.node(i);
      const auto it = layers.find(i);
      const std::optional<LayerId> layer =
          it == layers.end() ? std::nullopt : std::optional(it->second);
      if (node.name().empty()) {
        nameless_[fmt::format("{}_{}", node.op_type(), index)] = layer;
      } else if (!by_name_.emplace(node.name(), layer).second) {
        twice.insert(node.name());
      }
      if (node.op_type() != "Constant") ++index;
    }
    for (const std::string_view name : twice) by_name_.erase(name);
  }

  std::optional<KnownNode> Find(const NodeTime& node) const {
    std::string_view name = node.name;
    if (const auto known = FindName(name)) return known;
    if (const auto it = nameless_.find(name); it != nameless_.end()) {
      return KnownNode{it->second};
    }
    if (const auto layer = LayerOfLayoutName(graph_, by_tensor_, name)) {
      return KnownNode{layer, /*is_layout=*/true};
    }
    constexpr std::string_view kFused = "fused ";
    if (name.starts_with(kFused)) name.remove_prefix(kFused.size());
    for (size_t end = name.size(); end > 0; --end) {
      if (end < name.size() && !IsPutBehind(name.substr(end))) continue;
      if (const auto known = FindName(name.substr(0, end))) return known;
    }
    return std::nullopt;
  }

  // The layer that makes what an inserted node casts.
  std::optional<LayerId> LayerOfCast(const NodeTime& node) const {
    if (node.op != "Cast" && !node.op.empty()) return std::nullopt;
    if (WithoutInsertedCast(node.name) == node.name) return std::nullopt;
    return LayerOfTensor(by_tensor_, node.name);
  }

 private:
  std::optional<KnownNode> FindName(std::string_view name) const {
    const auto it = by_name_.find(name);
    if (it == by_name_.end()) return std::nullopt;
    return KnownNode{it->second};
  }

  const Graph& graph_;
  const std::map<std::string_view, LayerId> by_tensor_;
  std::map<std::string_view, std::optional<LayerId>> by_name_;
  std::map<std::string, std::optional<LayerId>, std::less<>> nameless_;
};

bool IsForTheNext(const NodeTime& node) {
  return node.op == "ReorderInput" || node.op == "Cast" ||
         node.name.starts_with("gemm_input_reshape");
}

class OwnNamesMapping {
 public:
  // Refers to all.
  OwnNamesMapping(const Graph& graph, const onnx::GraphProto& source,
                  const std::vector<NodeTime>& nodes)
      : graph_(graph),
        nodes_(nodes),
        names_(graph, source),
        of_shapes_(ResultsOfShapes(graph)),
        is_sure_(nodes.size(), false),
        units_(graph, nodes.size()) {}

  LayerTimes Map(const std::string& path) {
    JoinByNames();
    JoinBehindNodes(graph_, runs_, &units_);
    JoinNewNodes();
    CheckModel(path);
    JoinToReaders(graph_, of_shapes_, &units_);
    CountCasts();
    FollowNeighbours();
    return Times();
  }

 private:
  int Count() const { return static_cast<int>(nodes_.size()); }

  void JoinByNames() {
    for (int i = 0; i < Count(); ++i) {
      const std::optional<KnownNode> known = names_.Find(nodes_[i]);
      if (!known) continue;
      is_sure_[i] = true;
      if (!known->layer) continue;
      units_.Join(i, *known->layer);
      runs_[*known->layer] = {i, nodes_[i].op, known->is_layout};
    }
  }

  // The runtime calls a fusion after its operator, and what it makes of a
  // function not at all. Such nodes are what could run only since the node
  // before them did: one node is all layers that hang together, several are one
  // layer.
  void JoinNewNodes() {
    const std::vector<bool> is_lost = FindLost();
    std::vector<int> ran_at = PositionsOfLayers();
    std::optional<int> before;
    std::vector<int> fresh;
    for (int i = 0; i <= Count(); ++i) {
      if (i < Count() && !units_.UnitOf(i)) {
        if (!is_sure_[i] && !IsHelper(nodes_[i].name, nodes_[i].op))
          fresh.push_back(i);
        continue;
      }
      if (before && !fresh.empty()) {
        const std::vector<LayerId> layers =
            RunnableSince(*before, is_lost, ran_at);
        if (fresh.size() == 1 ? HangTogether(layers) : layers.size() == 1) {
          JoinNew(fresh, layers);
          for (const LayerId layer : layers) ran_at[layer] = fresh.back();
        }
      }
      before = i;
      fresh.clear();
    }
  }

  void JoinNew(const std::vector<int>& nodes,
               const std::vector<LayerId>& layers) {
    for (const int node : nodes) {
      for (const LayerId layer : layers) units_.Join(node, layer);
      is_sure_[node] = nodes.size() == 1;
    }
  }

  // By LayerId: that of the last node of the layer's unit, or kNever.
  std::vector<int> PositionsOfLayers() const {
    std::map<LayerId, int> of_root;
    for (const auto& [layer, run] : runs_) {
      int& last = of_root[units_.RootOf(layer)];
      last = std::max(last, run.position);
    }
    std::vector<int> positions(graph_.layers.size(), kNever);
    for (size_t i = 0; i < positions.size(); ++i) {
      const auto it = of_root.find(units_.RootOf(static_cast<LayerId>(i)));
      if (it != of_root.end()) positions[i] = it->second;
    }
    return positions;
  }

  // The lost layers that read from the node at `before`, directly or through
  // each other, and from nothing that ran later.
  std::vector<LayerId> RunnableSince(int before,
                                     const std::vector<bool>& is_lost,
                                     std::vector<int> ran_at) const {
    std::vector<LayerId> layers;
    for (size_t i = 0; i < ran_at.size(); ++i) {
      if (ran_at[i] != kNever) continue;
      int last = -1;
      for (const TensorId input : graph_.layers[i].inputs) {
        const LayerId producer = graph_.tensors[input].producer;
        if (producer != kModelInput) last = std::max(last, ran_at[producer]);
      }
      if (!is_lost[i]) {
        ran_at[i] = last;
      } else if (last == before) {
        ran_at[i] = before;
        layers.push_back(static_cast<LayerId>(i));
      }
    }
    return layers;
  }

  bool HangTogether(const std::vector<LayerId>& layers) const {
    const std::set<LayerId> all(layers.begin(), layers.end());
    DisjointSets sets(graph_.layers.size());
    for (const LayerId layer : layers) {
      for (const TensorId input : graph_.layers[layer].inputs) {
        const LayerId producer = graph_.tensors[input].producer;
        if (all.contains(producer)) sets.Join(layer, producer);
      }
    }
    return !layers.empty() &&
           std::all_of(layers.begin(), layers.end(), [&](const LayerId layer) {
             return sets.Find(layer) == sets.Find(layers.front());
           });
  }

  // By LayerId: has no node, and was neither dropped nor computed before the
  // run.
  std::vector<bool> FindLost() const {
    const std::vector<bool> is_duplicate = FindDuplicates(graph_, units_);
    std::vector<bool> is_lost;
    for (size_t i = 0; i < graph_.layers.size(); ++i) {
      const Layer& layer = graph_.layers[i];
      is_lost.push_back(
          !units_.HasNode(static_cast<LayerId>(i)) && !is_duplicate[i] &&
          !IsPassedThrough(layer.operation.op_type) && !layer.outputs.empty() &&
          !of_shapes_.contains(graph_.tensors[layer.outputs.front()].name));
    }
    return is_lost;
  }

  void CheckModel(const std::string& path) const {
    int known = 0;
    int strangers = 0;
    const NodeTime* stranger = nullptr;
    for (int i = 0; i < Count(); ++i) {
      if (is_sure_[i] || units_.UnitOf(i)) {
        ++known;
      } else if (!IsHelper(nodes_[i].name, nodes_[i].op)) {
        ++strangers;
        if (stranger == nullptr) stranger = &nodes_[i];
      }
    }
    if (stranger == nullptr || known >= strangers) return;
    Fail(ExitCode::kBadInput, "E433",
         "{}: is a trace of another model: of its {} nodes {} are not in the "
         "model, '{}' for example; give the trace of this model",
         path, nodes_.size(), strangers, stranger->name);
  }

  void CountCasts() {
    for (int i = 0; i < Count(); ++i) {
      if (units_.UnitOf(i)) continue;
      const std::optional<LayerId> layer = names_.LayerOfCast(nodes_[i]);
      if (!layer) continue;
      units_.CountWith(i, *layer);
      is_sure_[i] = true;
    }
  }

  // A node whose layer is not known counts with the one before it, what
  // prepares an input with the one behind it.
  void FollowNeighbours() {
    units_.FollowNeighbours([this](int i) { return IsForTheNext(nodes_[i]); });
  }

  LayerTimes Times() const {
    std::vector<const NodeTime*> timed;
    for (const NodeTime& node : nodes_) timed.push_back(&node);
    LayerTimes times = units_.Times(timed);
    for (int i = 0; i < Count(); ++i) {
      if (is_sure_[i] || !units_.UnitOf(i)) continue;
      ++times.guessed_nodes;
      times.guessed_us += nodes_[i].us;
    }
    return times;
  }

  const Graph& graph_;
  const std::vector<NodeTime>& nodes_;
  const NodeNames names_;
  const std::set<std::string_view> of_shapes_;  // tensors
  std::vector<bool> is_sure_;                   // by node
  LayerUnits units_;
  std::map<LayerId, LayerRun> runs_;  // of layers with a node
};

}  // namespace

LayerTimes MapOwnNames(const Graph& graph, const onnx::GraphProto& source,
                       const std::vector<NodeTime>& nodes,
                       const std::string& path) {
  return OwnNamesMapping(graph, source, nodes).Map(path);
}

}  // namespace dnncut
