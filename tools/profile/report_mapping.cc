// SPDX-License-Identifier: Apache-2.0
//
// Another runtime's report tells of each of its layers a name, made of those of
// the model's nodes that are in it: TensorRT names all of them, or the first
// and the last of a region that another compiler got; OpenVINO calls a layer
// after the node that leads it and lists what was fused into it behind, as not
// run. Layers that nothing names are with what reads them; rows that name no
// layer are what the next row is made of, else they count with those beside
// them, as guessed.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "compiler/base/error.h"
#include "tools/profile/layer_units.h"
#include "tools/profile/tensorrt_name.h"
#include "tools/profile/trace_mapping.h"
#include "tools/profile/vanished_layers.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;

// The layers of nodes and tensors; nullopt for a name of the model that is
// none's.
class LayerNames {
 public:
  LayerNames(const Graph& graph, const onnx::GraphProto& source) {
    const std::map<int, LayerId> layers = LayersByNode(graph);
    for (int i = 0; i < source.node_size(); ++i) {
      const onnx::NodeProto& node = source.node(i);
      const auto it = layers.find(i);
      const std::optional<LayerId> layer =
          it == layers.end() ? std::nullopt : std::optional(it->second);
      // A node's name goes before a tensor's, the first of two before the
      // second.
      if (!node.name().empty()) by_node_.emplace(node.name(), layer);
      for (const std::string& output : node.output()) {
        if (!output.empty()) by_tensor_.emplace(output, layer);
      }
    }
    for (const onnx::TensorProto& tensor : source.initializer()) {
      by_tensor_.emplace(tensor.name(), std::nullopt);
    }
    for (const onnx::ValueInfoProto& input : source.input()) {
      by_tensor_.emplace(input.name(), std::nullopt);
    }
  }

  // The outer nullopt: no such name.
  std::optional<std::optional<LayerId>> Find(std::string_view name) const {
    for (const auto* names : {&by_node_, &by_tensor_}) {
      if (const auto it = names->find(name); it != names->end()) {
        return it->second;
      }
    }
    return std::nullopt;
  }

 private:
  std::map<std::string_view, std::optional<LayerId>> by_node_;
  std::map<std::string_view, std::optional<LayerId>> by_tensor_;
};

// What a row's name says.
struct Named {
  std::vector<LayerId> layers;  // that it stands for
  std::vector<LayerId> ends;    // the last layers of regions
  bool is_known = false;        // some name in it is one of the model's
  bool is_helper = false;       // counts with the layers, but is none of them
};

class ReportMapping {
 public:
  // Refers to all.
  ReportMapping(const Graph& graph, const onnx::GraphProto& source,
                const RuntimeReport& report, ReportStyle style)
      : graph_(graph),
        rows_(report.rows),
        style_(style),
        names_(graph, source),
        is_sure_(rows_.size(), false),
        units_(graph, rows_.size()) {}

  LayerTimes Map(const std::string& path) {
    for (size_t i = 0; i < rows_.size(); ++i) named_.push_back(NamesOf(i));
    CheckModel(path);
    JoinByNames();
    if (style_ == ReportStyle::kOpenVino) {
      JoinFused();
      JoinBehindNodes(graph_, runs_, &units_);
    }
    JoinRegions();
    JoinToReaders(graph_, {}, &units_);
    CountHelpers();
    FollowNeighbours();
    return Times();
  }

 private:
  int Count() const { return static_cast<int>(rows_.size()); }

  void AddName(std::string_view name, Named* named) const {
    const auto found = style_ == ReportStyle::kTensorRt
                           ? FindTensorRtName(name)
                           : FindOpenVinoName(name);
    if (!found) return;
    named->is_known = true;
    if (*found) named->layers.push_back(**found);
  }

  std::optional<std::optional<LayerId>> FindTensorRtName(
      std::string_view name) const {
    while (true) {
      if (const auto found = names_.Find(name)) return found;
      const std::string_view shorter = WithoutTensorRtAffixes(name);
      if (shorter == name) return std::nullopt;
      name = shorter;
    }
  }

  // "conv1/WithoutBiases" is in conv1.
  std::optional<std::optional<LayerId>> FindOpenVinoName(
      std::string_view name) const {
    while (true) {
      if (const auto found = names_.Find(name)) return found;
      const size_t slash = name.rfind('/');
      if (slash == std::string_view::npos || slash == 0) return std::nullopt;
      name = name.substr(0, slash);
    }
  }

  Named NamesOf(size_t i) const {
    const ReportedTime& row = rows_[i];
    Named named;
    if (const auto whole = names_.Find(row.name)) {
      named.is_known = true;
      if (*whole) named.layers.push_back(**whole);
      return named;
    }
    for (const std::string& node : row.nodes) AddName(node, &named);
    if (named.is_known) return named;
    if (style_ == ReportStyle::kOpenVino) {
      AddName(row.name, &named);
      return named;
    }
    const TensorRtName name = ParseTensorRtName(row.name);
    named.is_helper = name.is_helper;
    for (const std::string_view part : name.parts) AddName(part, &named);
    for (const auto& [first, last] : name.regions) AddRegion(last, &named);
    return named;
  }

  void AddRegion(std::string_view last, Named* named) const {
    const auto end = FindTensorRtName(last);
    if (!end) return;
    named->is_known = true;
    if (*end) named->ends.push_back(**end);
  }

  void JoinByNames() {
    for (int i = 0; i < Count(); ++i) {
      is_sure_[i] = named_[i].is_known;
      if (named_[i].is_helper || !IsOwnRow(i)) continue;
      for (const LayerId layer : named_[i].layers) {
        units_.Join(i, layer);
        runs_[layer] = {i, "", /*is_layout=*/false};
      }
      for (const LayerId layer : named_[i].ends) units_.Join(i, layer);
    }
  }

  // OpenVINO lists what it fused or dropped, too.
  bool IsOwnRow(int i) const {
    return rows_[i].ran || style_ == ReportStyle::kTensorRt;
  }

  // A layer that did not run is in the last that did, if it reads from it.
  void JoinFused() {
    std::optional<LayerId> host;
    for (int i = 0; i < Count(); ++i) {
      if (IsOwnRow(i)) {
        host = units_.UnitOf(i);
        continue;
      }
      for (const LayerId layer : named_[i].layers) {
        if (!host || units_.HasNode(layer) || !Reads(layer, *host)) continue;
        units_.JoinLayers(layer, *host);
        units_.MarkSettled({layer});
      }
    }
  }

  bool Reads(LayerId layer, LayerId unit) const {
    const auto& inputs = graph_.layers[layer].inputs;
    return std::any_of(inputs.begin(), inputs.end(), [&](TensorId input) {
      const LayerId producer = graph_.tensors[input].producer;
      return producer != kModelInput &&
             units_.RootOf(producer) == units_.RootOf(unit);
    });
  }

  // A region is what its last layer is made of and no other row names, and what
  // no row names behind it. Rows that name nothing, as those of TensorRT's
  // other compiler, are what the next row's layers are made of and no row
  // names. Rows come in the order of the run, so that what two share is the
  // first one's.
  void JoinRegions() {
    std::set<LayerId> in_regions;
    std::vector<int> fresh;  // rows that name nothing since the last that does
    for (int i = 0; i < Count(); ++i) {
      if (!is_sure_[i] && rows_[i].ran && !named_[i].is_helper) {
        fresh.push_back(i);
      } else if (units_.UnitOf(i)) {
        if (!fresh.empty()) {
          const std::vector<LayerId> made =
              ClaimBefore(named_[i].layers, fresh.front());
          for (const int row : fresh) {
            if (made.empty()) break;
            units_.Join(row, made.front());
            is_sure_[row] = true;
          }
        }
        fresh.clear();
        in_regions.insert(named_[i].ends.begin(), named_[i].ends.end());
        const std::vector<LayerId> made = ClaimBefore(named_[i].ends, i);
        in_regions.insert(made.begin(), made.end());
      }
    }
    for (size_t i = 0; i < graph_.layers.size(); ++i) {
      const LayerId layer = static_cast<LayerId>(i);
      if (units_.HasNode(layer)) continue;
      for (const TensorId input : graph_.layers[i].inputs) {
        const LayerId producer = graph_.tensors[input].producer;
        if (!in_regions.contains(producer)) continue;
        units_.JoinLayers(layer, producer);
        units_.MarkSettled({layer});
        in_regions.insert(layer);
        break;
      }
    }
  }

  // Joins to the row what the layers are made of, through layers that have no
  // row; returns it.
  std::vector<LayerId> ClaimBefore(std::vector<LayerId> open, int row) {
    std::vector<LayerId> claimed;
    while (!open.empty()) {
      const LayerId layer = open.back();
      open.pop_back();
      for (const TensorId input : graph_.layers[layer].inputs) {
        const LayerId producer = graph_.tensors[input].producer;
        if (producer == kModelInput || units_.HasNode(producer)) continue;
        units_.Join(row, producer);
        claimed.push_back(producer);
        open.push_back(producer);
      }
    }
    return claimed;
  }

  void CountHelpers() {
    for (int i = 0; i < Count(); ++i) {
      if (units_.UnitOf(i)) continue;
      for (const auto* layers : {&named_[i].layers, &named_[i].ends}) {
        if (!layers->empty()) units_.CountWith(i, layers->front());
      }
    }
  }

  void CheckModel(const std::string& path) const {
    int known = 0;
    int strangers = 0;
    const ReportedTime* stranger = nullptr;
    for (int i = 0; i < Count(); ++i) {
      if (named_[i].is_known) {
        ++known;
      } else if (rows_[i].ran && !named_[i].is_helper) {
        ++strangers;
        if (stranger == nullptr) stranger = &rows_[i];
      }
    }
    if (stranger == nullptr || known >= strangers) return;
    Fail(ExitCode::kBadInput, "E433",
         "{}: is of another model: of its {} layers {} are not in the model, "
         "'{}' for example; give the times of this model{}",
         path, rows_.size(), strangers, stranger->name,
         style_ == ReportStyle::kTensorRt
             ? ", or --layer-info FILE if the names are TensorRT's own"
             : "");
  }

  // A row that names no layer counts with the one before, or behind it if it is
  // the first.
  void FollowNeighbours() {
    units_.FollowNeighbours([](int) { return false; });
  }

  LayerTimes Times() const {
    std::vector<NodeTime> times;
    for (const ReportedTime& row : rows_) {
      times.push_back({row.name, row.type, row.us, row.spread_us});
    }
    std::vector<const NodeTime*> timed;
    for (size_t i = 0; i < rows_.size(); ++i) {
      timed.push_back(rows_[i].ran ? &times[i] : nullptr);
    }
    LayerTimes result = units_.Times(timed);
    for (int i = 0; i < Count(); ++i) {
      if (is_sure_[i] || !rows_[i].ran || !units_.UnitOf(i)) continue;
      ++result.guessed_nodes;
      result.guessed_us += rows_[i].us;
    }
    return result;
  }

  const Graph& graph_;
  const std::vector<ReportedTime>& rows_;
  const ReportStyle style_;
  const LayerNames names_;
  std::vector<Named> named_;   // by row
  std::vector<bool> is_sure_;  // by row
  LayerUnits units_;
  std::map<LayerId, LayerRun> runs_;  // of layers with a row
};

}  // namespace

LayerTimes MapReport(const Graph& graph, const onnx::GraphProto& source,
                     const RuntimeReport& report, ReportStyle style,
                     const std::string& path) {
  return ReportMapping(graph, source, report, style).Map(path);
}

}  // namespace dnncut
