// SPDX-License-Identifier: Apache-2.0
//
// What ONNX Runtime 1.30 keeps, by level: a fused node keeps the tensor that
// its last layer makes, and mostly the name of its first; the layout passes
// call a node "<tensor>_nchwc" after the tensor that it made before, whose name
// the node behind, a ReorderOutput, then has.
#include "tools/profile/trace_mapping.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "tools/profile/layer_units.h"
#include "tools/profile/vanished_layers.h"
#include "tools/runtime/onnxruntime_model.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;

template <typename Map, typename Key>
std::optional<LayerId> Find(const Map& layers, const Key& key) {
  const auto it = layers.find(key);
  if (it == layers.end()) return std::nullopt;
  return it->second;
}

// "12:..." -> 12.
std::optional<int> LeadingNumber(std::string_view text) {
  int number = 0;
  const auto [rest, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

// What the mapping of a saved graph has found so far.
class SavedGraphMapping {
 public:
  SavedGraphMapping(const Graph& graph, const onnx::GraphProto& saved)
      : graph_(graph),
        saved_(saved),
        by_tensor_(LayersByTensor(graph)),
        by_node_(LayersByNode(graph)),
        units_(graph, static_cast<size_t>(saved.node_size())) {
    for (const onnx::TensorProto& tensor : saved.initializer()) {
      folded_.insert(tensor.name());
    }
  }

  LayerTimes Map(const std::vector<NodeTime>& nodes) {
    JoinByNames();
    JoinBiases();
    JoinQuantizations();
    JoinActivations();
    JoinToReaders(graph_, folded_, &units_);
    FollowReaders();
    return AddTimes(nodes);
  }

 private:
  void JoinByNames() {
    for (int i = 0; i < saved_.node_size(); ++i) {
      const onnx::NodeProto& node = saved_.node(i);
      for (const std::string& output : node.output()) {
        JoinIfAny(i, LayerOfTensor(by_tensor_, output));
      }
      JoinIfAny(i, LayerNamedBy(node));
      JoinIfAny(i, LayerOfLayoutName(graph_, by_tensor_, node.name()));
    }
  }

  // By the name that NameNodes gave, with whatever the runtime put around it.
  std::optional<LayerId> LayerNamedBy(const onnx::NodeProto& node) const {
    const std::string_view name = node.name();
    const size_t prefix = name.find(kNodePrefix);
    if (prefix == std::string_view::npos) return std::nullopt;
    const auto index = LeadingNumber(
        name.substr(prefix + std::string_view(kNodePrefix).size()));
    return index ? Find(by_node_, *index) : std::nullopt;
  }

  void JoinIfAny(int node, std::optional<LayerId> layer) {
    if (layer) units_.Join(node, *layer);
  }

  // What the runtime has put behind the name of the layer's node, which may
  // itself end in any way.
  std::string_view Appended(const onnx::NodeProto& node, LayerId layer) const {
    const std::string_view name = node.name();
    const size_t number =
        name.find(kNodePrefix) + std::string_view(kNodePrefix).size();
    std::string_view rest = name.substr(name.find(':', number) + 1);
    if (rest.starts_with(graph_.layers[layer].name)) {
      rest.remove_prefix(graph_.layers[layer].name.size());
    }
    return rest;
  }

  // A matrix product takes in the addition behind it. Of more than two
  // dimensions it is reshaped before and behind, and only the name of the node
  // in the middle tells: the tensor of the addition is made by a Reshape.
  void JoinBiases() {
    for (const onnx::NodeProto& node : saved_.node()) {
      const std::optional<LayerId> product = LayerNamedBy(node);
      if (!product) continue;
      if (!Appended(node, *product).starts_with("/MatMulAddFusion")) continue;
      for (const TensorId output : graph_.layers[*product].outputs) {
        for (const LayerId reader : graph_.tensors[output].readers) {
          if (graph_.layers[reader].operation.op_type == "Add") {
            units_.JoinLayers(*product, reader);
          }
        }
      }
    }
  }

  // What a layout pass moves on loses its tensor's name and keeps the node's.
  void JoinQuantizations() {
    for (const onnx::NodeProto& node : saved_.node()) {
      if (!GivesQuantized(node.op_type())) continue;
      const std::optional<LayerId> layer = LayerNamedBy(node);
      if (layer) JoinUpToQuantization(graph_, *layer, &units_);
    }
  }

  // A convolution of the layout passes takes in an addition and an activation
  // behind it without a trace but its fourth input and its attribute.
  void JoinActivations() {
    std::map<LayerId, std::multiset<std::string>> taken_in;  // by root
    for (int i = 0; i < saved_.node_size(); ++i) {
      const std::optional<LayerId> unit = units_.UnitOf(i);
      if (!unit) continue;
      for (std::string& op : TakenIn(saved_.node(i))) {
        taken_in[units_.RootOf(*unit)].insert(std::move(op));
      }
    }
    for (size_t i = 0; i < graph_.layers.size(); ++i) {
      const LayerId layer = static_cast<LayerId>(i);
      if (units_.HasNode(layer)) Take(layer, layer, &taken_in);
    }
    for (size_t i = 0; i < graph_.layers.size(); ++i) {
      const LayerId layer = static_cast<LayerId>(i);
      if (units_.HasNode(layer)) continue;
      for (const TensorId input : graph_.layers[i].inputs) {
        const LayerId producer = graph_.tensors[input].producer;
        if (producer == kModelInput || !Take(layer, producer, &taken_in)) {
          continue;
        }
        JoinMoved(layer, producer, &taken_in);
        units_.MarkSettled({layer});
        break;
      }
    }
  }

  static std::vector<std::string> TakenIn(const onnx::NodeProto& node) {
    std::vector<std::string> ops;
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      if (attribute.name() == "activation") ops.push_back(attribute.s());
    }
    const bool is_convolution =
        node.op_type() == "Conv" || node.op_type() == "FusedConv";
    if (is_convolution && node.input_size() > 3 && !node.input(3).empty()) {
      ops.push_back("Add");
    }
    return ops;
  }

  // Has the unit of `member` taken in an operation like `layer`, which it has
  // not been found to hold yet?
  bool Take(LayerId layer, LayerId member,
            std::map<LayerId, std::multiset<std::string>>* taken_in) const {
    const auto it = taken_in->find(units_.RootOf(member));
    if (it == taken_in->end()) return false;
    std::string op = graph_.layers[layer].operation.op_type;
    if (op == "Sum") op = "Add";
    const auto found = it->second.find(op);
    if (found == it->second.end()) return false;
    it->second.erase(found);
    return true;
  }

  // Joins, and keeps what the unit has taken in under its new root.
  void JoinMoved(LayerId layer, LayerId producer,
                 std::map<LayerId, std::multiset<std::string>>* taken_in) {
    auto entry = taken_in->extract(units_.RootOf(producer));
    units_.JoinLayers(layer, producer);
    if (entry.empty()) return;
    entry.key() = units_.RootOf(producer);
    taken_in->insert(std::move(entry));
  }

  // A node that stands for no layer, such as one that changes the layout,
  // counts with the first node that reads from it, else with one that it reads.
  void FollowReaders() {
    std::map<std::string_view, int> first_reader;
    std::map<std::string_view, int> producer;
    for (int i = 0; i < saved_.node_size(); ++i) {
      for (const std::string& output : saved_.node(i).output()) {
        if (!output.empty()) producer[output] = i;
      }
    }
    for (int i = saved_.node_size(); i-- > 0;) {
      for (const std::string& output : saved_.node(i).output()) {
        const auto reader = first_reader.find(output);
        if (!units_.UnitOf(i) && reader != first_reader.end()) {
          units_.Follow(i, reader->second);
        }
      }
      if (!units_.UnitOf(i)) continue;
      for (const std::string& input : saved_.node(i).input()) {
        if (!input.empty()) first_reader[input] = i;
      }
    }
    for (int i = 0; i < saved_.node_size(); ++i) {
      for (const std::string& input : saved_.node(i).input()) {
        const auto made_by = producer.find(input);
        if (!units_.UnitOf(i) && made_by != producer.end()) {
          units_.Follow(i, made_by->second);
        }
      }
    }
  }

  LayerTimes AddTimes(const std::vector<NodeTime>& nodes) const {
    std::map<std::string_view, int> by_name;
    std::map<std::string_view, std::vector<int>> nameless;  // by operator
    for (int i = 0; i < saved_.node_size(); ++i) {
      const onnx::NodeProto& node = saved_.node(i);
      if (node.name().empty()) {
        nameless[node.op_type()].push_back(i);
      } else {
        by_name[node.name()] = i;
      }
    }
    std::vector<const NodeTime*> timed(static_cast<size_t>(saved_.node_size()),
                                       nullptr);
    std::map<std::string_view, size_t> seen;  // nameless ones, by operator
    LayerTimes lost;
    for (const NodeTime& node : nodes) {
      const auto found = by_name.find(node.name);
      if (found != by_name.end()) {
        timed[found->second] = &node;
        continue;
      }
      const std::vector<int>& others = nameless[node.op];
      const size_t position = seen[node.op]++;
      if (position < others.size()) {
        timed[others[position]] = &node;
      } else {
        ++lost.lost_nodes;
        lost.lost_us += node.us;
      }
    }
    LayerTimes times = units_.Times(timed);
    times.nodes += lost.lost_nodes;
    times.lost_nodes += lost.lost_nodes;
    times.lost_us += lost.lost_us;
    return times;
  }

  const Graph& graph_;
  const onnx::GraphProto& saved_;
  const std::map<std::string_view, LayerId> by_tensor_;
  const std::map<int, LayerId> by_node_;
  std::set<std::string_view> folded_;  // tensors that are constants now
  LayerUnits units_;
};

}  // namespace

LayerTimes MapSavedGraph(const Graph& graph, const onnx::GraphProto& saved,
                         const std::vector<NodeTime>& nodes) {
  return SavedGraphMapping(graph, saved).Map(nodes);
}

}  // namespace dnncut
