// SPDX-License-Identifier: Apache-2.0
//
// What ONNX Runtime 1.30 keeps, by level: a fused node keeps the tensor that
// its last layer makes, and mostly the name of its first, which NameNodes gave;
// the layout passes call a node "<tensor>_nchwc" after the tensor that it made
// before, whose name the node behind, a ReorderOutput, then has. So every node
// that is no helper tells one of its layers for sure, and a subgraph that
// became one node without a name its last; vanished_layers.h finds the others.
#include "tools/profile/trace_mapping.h"

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
    JoinBehindNodes(graph_, runs_, &units_);
    CountHelpers();
    JoinToReaders(graph_, folded_, &units_);
    FollowReaders();
    return AddTimes(nodes);
  }

 private:
  void JoinByNames() {
    for (int i = 0; i < saved_.node_size(); ++i) {
      const onnx::NodeProto& node = saved_.node(i);
      if (IsHelper(node.name(), node.op_type())) continue;
      for (const std::string& output : node.output()) {
        Join(i, LayerOfTensor(by_tensor_, output), /*is_layout=*/false);
      }
      Join(i, LayerNamedBy(node), /*is_layout=*/false);
      Join(i, LayerOfLayoutName(graph_, by_tensor_, node.name()),
           /*is_layout=*/true);
    }
  }

  void Join(int node, std::optional<LayerId> layer, bool is_layout) {
    if (!layer) return;
    units_.Join(node, *layer);
    runs_[*layer] = {node, saved_.node(node).op_type(), is_layout};
  }

  // What the runtime inserts belongs to the layer whose tensor it makes.
  void CountHelpers() {
    for (int i = 0; i < saved_.node_size(); ++i) {
      for (const std::string& output : saved_.node(i).output()) {
        const auto layer = LayerOfTensor(by_tensor_, output);
        if (layer && !units_.UnitOf(i)) units_.CountWith(i, *layer);
      }
    }
  }

  // By the name that NameNodes gave, with whatever the runtime put around it.
  std::optional<LayerId> LayerNamedBy(const onnx::NodeProto& node) const {
    const std::string_view name = node.name();
    const size_t prefix = name.find(kNodePrefix);
    if (prefix == std::string_view::npos) return std::nullopt;
    const auto index = LeadingNumber(
        name.substr(prefix + std::string_view(kNodePrefix).size()));
    const auto it = index ? by_node_.find(*index) : by_node_.end();
    if (it == by_node_.end()) return std::nullopt;
    return it->second;
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
  std::map<LayerId, LayerRun> runs_;  // of layers with a node
};

}  // namespace

LayerTimes MapSavedGraph(const Graph& graph, const onnx::GraphProto& saved,
                         const std::vector<NodeTime>& nodes) {
  return SavedGraphMapping(graph, saved).Map(nodes);
}

}  // namespace dnncut
