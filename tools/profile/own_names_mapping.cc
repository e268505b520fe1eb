// SPDX-License-Identifier: Apache-2.0
//
// A trace tells the names and operators of the nodes and the order in which
// they ran. A node whose name tells no layer is sought among the layers without
// one, between those that ran before and behind it; a layer without a node is
// in the convolution or product before it if that can hold it, else in what
// reads it.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "compiler/base/error.h"
#include "tools/profile/layer_units.h"
#include "tools/profile/node_windows.h"
#include "tools/profile/runtime_names.h"
#include "tools/profile/trace_mapping.h"
#include "tools/profile/vanished_layers.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;
using Kind = NameMeaning::Kind;

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

std::vector<NameMeaning> ReadNames(const Graph& graph,
                                   const onnx::GraphProto& source,
                                   const std::vector<NodeTime>& nodes) {
  const NodeNames names(graph, source);
  std::vector<NameMeaning> meanings;
  for (const NodeTime& node : nodes) meanings.push_back(names.Read(node));
  return meanings;
}

class OwnNamesMapping {
 public:
  OwnNamesMapping(const Graph& graph, const onnx::GraphProto& source,
                  const std::vector<NodeTime>& nodes)
      : graph_(graph),
        nodes_(nodes),
        meanings_(ReadNames(graph, source, nodes)),
        units_(graph, nodes.size()),
        windows_(graph, meanings_) {}

  LayerTimes Map(const std::string& path) {
    JoinByNames();
    MatchNewNodes();
    JoinWhatNodesTookIn();
    JoinQuantizations(graph_, &units_);
    MatchBodies();
    CheckModel(path);
    JoinToReaders(graph_, ResultsOfShapes(graph_), &units_);
    JoinResults();
    CountCasts();
    FollowNeighbours();
    return Times();
  }

 private:
  int Count() const { return static_cast<int>(nodes_.size()); }

  void JoinByNames() {
    for (int i = 0; i < Count(); ++i) {
      if (meanings_[i].kind == Kind::kLayer) units_.Join(i, meanings_[i].layer);
    }
    is_sure_.resize(nodes_.size());
    for (int i = 0; i < Count(); ++i) {
      is_sure_[i] = meanings_[i].kind == Kind::kLayer ||
                    meanings_[i].kind == Kind::kConstant;
    }
  }

  void MatchNewNodes() {
    for (int i = 0; i < Count(); ++i) {
      if (meanings_[i].kind != Kind::kNew) continue;
      const std::optional<NodeMatch> match = windows_.Match(i, nodes_, units_);
      if (!match) continue;
      units_.Join(i, match->layer);
      windows_.Place(match->layer, i);
      meanings_[i].layer = match->layer;
      meanings_[i].has_taken_bias =
          nodes_[i].name.starts_with("/MatMulAddFusion");
      is_sure_[i] = match->is_sure;
    }
  }

  // A function or a branch whose body has taken its place: the nodes of that
  // have operators of their own.
  void MatchBodies() {
    for (int i = 0; i < Count(); ++i) {
      if (meanings_[i].kind != Kind::kNew || units_.UnitOf(i)) continue;
      if (const auto layer = windows_.LayerAround(i, units_)) {
        units_.Join(i, *layer);
        windows_.Place(*layer, i);
      } else if (i > 0 && meanings_[i - 1].kind == Kind::kNew) {
        units_.Follow(i, i - 1);
      }
    }
  }

  void CheckModel(const std::string& path) const {
    int known = 0;
    int strangers = 0;
    const NodeTime* stranger = nullptr;
    for (int i = 0; i < Count(); ++i) {
      if (is_sure_[i] || units_.UnitOf(i)) {
        ++known;
      } else if (meanings_[i].kind != Kind::kHelper) {
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

  // In the order in which they ran: what a node reads is in one before it.
  void JoinWhatNodesTookIn() {
    std::vector<bool> has_run(graph_.layers.size(), false);
    for (int i = 0; i < Count(); ++i) {
      if (!units_.UnitOf(i)) continue;
      const LayerId layer = meanings_[i].layer;
      has_run[layer] = true;
      if (GivesQuantized(nodes_[i].op)) {
        JoinUpToQuantization(graph_, layer, &units_);
      } else {
        JoinChain(graph_, layer,
                  RoomOf(graph_, layer, nodes_[i].op, meanings_[i]), &units_,
                  &has_run);
      }
    }
  }

  // What makes a result of the model and has no reader is in what it reads.
  void JoinResults() {
    for (size_t i = 0; i < graph_.layers.size(); ++i) {
      const LayerId layer = static_cast<LayerId>(i);
      const Layer& last = graph_.layers[i];
      if (units_.HasNode(layer) || IsPassedThrough(last.operation.op_type) ||
          last.inputs.size() != 1 || HasReaders(last)) {
        continue;
      }
      const LayerId producer = graph_.tensors[last.inputs.front()].producer;
      if (producer != kModelInput && units_.HasNode(producer)) {
        units_.JoinLayers(layer, producer);
      }
    }
  }

  bool HasReaders(const Layer& layer) const {
    return std::any_of(layer.outputs.begin(), layer.outputs.end(),
                       [&](const TensorId output) {
                         return !graph_.tensors[output].readers.empty();
                       });
  }

  void CountCasts() {
    for (int i = 0; i < Count(); ++i) {
      if (meanings_[i].kind != Kind::kHelper || meanings_[i].layer < 0)
        continue;
      units_.CountWith(i, meanings_[i].layer);
      is_sure_[i] = true;
    }
  }

  // A node whose layer is not known counts with the one before it, what
  // prepares an input with the one behind it.
  void FollowNeighbours() {
    std::optional<int> before;
    for (int i = 0; i < Count(); ++i) {
      if (units_.UnitOf(i)) {
        before = i;
      } else if (before && !IsForTheNext(i)) {
        units_.Follow(i, *before);
      }
    }
    std::optional<int> behind = before;
    for (int i = Count(); i-- > 0;) {
      if (units_.UnitOf(i)) {
        behind = i;
      } else if (behind) {
        units_.Follow(i, *behind);
      }
    }
  }

  bool IsForTheNext(int node) const {
    return nodes_[node].op == "ReorderInput" || nodes_[node].op == "Cast" ||
           nodes_[node].name.starts_with("gemm_input_reshape");
  }

  // The reshapes around a product stand beside it.
  bool IsReshapeOfProduct(int node) const {
    const auto is_product = [&](int other) {
      return other >= 0 && other < Count() && is_sure_[other] &&
             meanings_[other].has_taken_bias;
    };
    const std::string_view name = nodes_[node].name;
    return (name.starts_with("gemm_input_reshape") && is_product(node + 1)) ||
           (name.starts_with("gemm_output_reshape") && is_product(node - 1));
  }

  LayerTimes Times() const {
    std::vector<const NodeTime*> timed;
    for (const NodeTime& node : nodes_) timed.push_back(&node);
    LayerTimes times = units_.Times(timed);
    for (int i = 0; i < Count(); ++i) {
      if (is_sure_[i] || !units_.UnitOf(i) || IsReshapeOfProduct(i)) continue;
      ++times.guessed_nodes;
      times.guessed_us += nodes_[i].us;
    }
    return times;
  }

  const Graph& graph_;
  const std::vector<NodeTime>& nodes_;
  std::vector<NameMeaning> meanings_;  // by node
  std::vector<bool> is_sure_;          // by node
  LayerUnits units_;
  NodeWindows windows_;
};

}  // namespace

LayerTimes MapOwnNames(const Graph& graph, const onnx::GraphProto& source,
                       const std::vector<NodeTime>& nodes,
                       const std::string& path) {
  return OwnNamesMapping(graph, source, nodes).Map(path);
}

}  // namespace dnncut
