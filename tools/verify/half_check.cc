// SPDX-License-Identifier: Apache-2.0
//
// Each node of a half is looked up in the model by a tensor that it makes,
// which only one node makes, and must then be equal to it, bodies and weights
// included. So two halves whose layers are, together, each layer of the model
// once are the model cut in two, whatever wrote them. What is left is counted
// and compared with table.json: weights, functions that nodes call, versions of
// operators, and that a half reads only what it is given and makes only what
// crosses or is a result.
#include "tools/verify/half_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/model/onnx_walk.h"
#include "compiler/model/random_nodes.h"
#include "frontends/onnx_frontend.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::NodeProto;

std::string FirstOutput(const NodeProto& node) {
  for (const std::string& name : node.output()) {
    if (!name.empty()) return name;
  }
  return "";
}

}  // namespace

std::string DescribeNode(const NodeProto& node) {
  return fmt::format("layer '{}' ({})",
                     node.name().empty() ? FirstOutput(node) : node.name(),
                     node.op_type());
}

void HalfChecker::Half::Fault(const std::string& text) const {
  faults->push_back(fmt::format("{}: {}", shown, text));
}

HalfChecker::HalfChecker(const SourceModel& model, const TableFile& table,
                         const std::string& out, const ModelLimits& limits)
    : model_(model),
      table_(table),
      out_(out),
      limits_(limits),
      comparer_(model) {
  const GraphProto& graph = model.proto.graph();
  for (const auto& tensor : graph.initializer()) {
    initializers_[tensor.name()] = &tensor;
  }
  for (const auto& sparse : graph.sparse_initializer()) {
    sparse_initializers_[sparse.values().name()] = &sparse;
  }
  for (const int i : RealInputs(graph)) inputs_.insert(graph.input(i).name());
  FindLayers();
}

// What reads, through whatever nodes, an input of the model or something
// random.
void HalfChecker::FindLayers() {
  const GraphProto& graph = model_.proto.graph();
  const RandomNodes random(model_.proto);
  Names varying = inputs_;
  for (int n = 0; n < graph.node_size(); ++n) {
    const NodeProto& node = graph.node(n);
    bool is_layer = random.Contains(node);
    is_random_ = is_random_ || is_layer;
    for (const std::string& name : ReadNames(node)) {
      is_layer = is_layer || varying.contains(name);
    }
    is_layer_.push_back(is_layer);
    layer_count_ += is_layer ? 1 : 0;
    for (const std::string& name : node.output()) {
      if (name.empty()) continue;
      makers_[name] = n;
      if (is_layer) varying.insert(name);
    }
  }
}

std::vector<std::string> HalfChecker::Check(int cut_id) {
  const TableFile::Cut& cut = table_.cuts.at(cut_id);
  std::vector<std::string> faults;
  PerSide<Half> halves;
  all_read_ = true;
  for (const Side side : kSides) {
    const std::optional<std::string>& file = cut.models[side];
    if (!file) continue;
    Half& half = halves[side];
    half.shown = *file;
    half.faults = &faults;
    try {
      half.model =
          ReloadModel((std::filesystem::path(out_) / *file).string(), limits_);
      CheckHalf(&half);
    } catch (const Error& error) {
      faults.push_back(error.what());
      all_read_ = false;
    }
  }
  if (!all_read_) return faults;
  CheckCounts(halves, &faults);
  CheckBoundary(cut, cut.models.device ? &halves.device : nullptr,
                cut.models.server ? &halves.server : nullptr, &faults);
  for (const Side side : kSides) {
    const int64_t expected = cut.costs.AllLayers(side);
    const Half& half = halves[side];
    if (half.shown.empty()) continue;
    const auto layers =
        std::count_if(half.nodes.begin(), half.nodes.end(),
                      [&](int node) { return is_layer_[node]; });
    if (layers != expected) {
      half.Fault(
          fmt::format("has {} nodes that depend on an input; table.json says "
                      "{}",
                      layers, expected));
    }
  }
  return faults;
}

// Each layer is in one half. Layers that make nothing that anybody wants need
// no half, so a half that is not there may hold as many as the table says.
void HalfChecker::CheckCounts(const PerSide<Half>& halves,
                              std::vector<std::string>* faults) const {
  const int64_t expected = int64_t{table_.layers} + table_.size_layers;
  if (layer_count_ != expected) {
    faults->push_back(fmt::format(
        "the model has {} nodes that depend on an input; table.json says {}",
        layer_count_, expected));
  }
  std::vector<int> times(is_layer_.size());
  for (const Side side : kSides) {
    const Half& half = halves[side];
    for (const int node : half.nodes) ++times[node];
  }
  const bool both =
      !halves.device.shown.empty() && !halves.server.shown.empty();
  for (size_t n = 0; n < is_layer_.size(); ++n) {
    if (!is_layer_[n]) continue;
    const NodeProto& node = model_.proto.graph().node(static_cast<int>(n));
    // Equal ones cannot be told apart, and make nothing that matters.
    if (FirstOutput(node).empty()) continue;
    if (times[n] == 0 && both) {
      faults->push_back(DescribeNode(node) + " is in neither half");
    } else if (times[n] > 1) {
      faults->push_back(DescribeNode(node) + " is in both halves");
    }
  }
}

void HalfChecker::CheckHalf(Half* half) {
  const GraphProto& graph = half->model.proto.graph();
  for (const int i : RealInputs(graph)) {
    half->inputs.insert(graph.input(i).name());
  }
  for (const auto& output : graph.output()) {
    half->outputs.insert(output.name());
  }
  CheckNodes(half);
  CheckInitializers(*half);
  CheckFunctions(*half);
  CheckVersions(*half);
}

// Which node of the model it is, by a tensor that it makes; one that makes none
// is the next equal one after `last`. -1: none.
int HalfChecker::IndexOf(const Half& half, const NodeProto& node, int last) {
  const std::string name = FirstOutput(node);
  if (!name.empty()) {
    const auto found = makers_.find(name);
    return found == makers_.end() ? -1 : found->second;
  }
  const GraphProto& graph = model_.proto.graph();
  for (int n = last + 1; n < graph.node_size(); ++n) {
    if (!FirstOutput(graph.node(n)).empty()) continue;
    if (comparer_.Difference(half.model, node, graph.node(n)).empty()) return n;
  }
  return -1;
}

void HalfChecker::CheckNodes(Half* half) {
  int last = -1;
  for (const NodeProto& node : half->model.proto.graph().node()) {
    const int index = IndexOf(*half, node, last);
    if (index < 0) {
      half->Fault(DescribeNode(node) + " is not in the model");
      continue;
    }
    const NodeProto& original = model_.proto.graph().node(index);
    const std::string difference =
        comparer_.Difference(half->model, node, original);
    if (!difference.empty()) {
      half->Fault(fmt::format("{} is not as in the model: {} differs",
                              DescribeNode(original), difference));
    }
    if (index <= last) {
      half->Fault(DescribeNode(original) + " is not where the model has it");
    }
    last = index;
    half->nodes.push_back(index);
  }
}

void HalfChecker::CheckInitializers(const Half& half) {
  const auto check = [&](const std::string& name, const auto& tensor,
                         const auto& originals) {
    const auto found = originals.find(name);
    if (found == originals.end()) {
      half.Fault(fmt::format("weight '{}' is not in the model", name));
      return;
    }
    const std::string difference =
        comparer_.Difference(half.model, tensor, *found->second);
    if (difference.empty()) return;
    half.Fault(fmt::format("weight '{}' is not as in the model: {} differs",
                           name, difference));
  };
  const GraphProto& graph = half.model.proto.graph();
  for (const auto& tensor : graph.initializer()) {
    check(tensor.name(), tensor, initializers_);
  }
  for (const auto& sparse : graph.sparse_initializer()) {
    check(sparse.values().name(), sparse, sparse_initializers_);
  }
}

void HalfChecker::CheckFunctions(const Half& half) {
  const FunctionIndex whole = IndexFunctions(model_.proto);
  const FunctionIndex mine = IndexFunctions(half.model.proto);
  for (const auto& [key, index] : mine) {
    const auto found = whole.find(key);
    const std::string difference =
        found == whole.end()
            ? "all of it"
            : comparer_.Difference(half.model,
                                   half.model.proto.functions(index),
                                   model_.proto.functions(found->second));
    if (!difference.empty()) {
      half.Fault(fmt::format("function '{}' is not as in the model: {} differs",
                             key.name, difference));
    }
  }
  std::vector<const NodeProto*> nodes;
  for (const int node : half.nodes) {
    nodes.push_back(&model_.proto.graph().node(node));
  }
  for (const int called : CalledFunctions(model_.proto, whole, nodes)) {
    const FunctionKey key = KeyOf(model_.proto.functions(called));
    if (!mine.contains(key)) {
      half.Fault(fmt::format("function '{}' is missing", key.name));
    }
  }
}

void HalfChecker::CheckVersions(const Half& half) const {
  if (half.model.proto.ir_version() != model_.proto.ir_version()) {
    half.Fault("its IR version is not the model's");
  }
  for (const auto& mine : half.model.proto.opset_import()) {
    const auto& imports = model_.proto.opset_import();
    const bool same =
        std::any_of(imports.begin(), imports.end(), [&](const auto& import) {
          return NormalDomain(import.domain()) == NormalDomain(mine.domain()) &&
                 import.version() == mine.version();
        });
    if (!same) {
      half.Fault(
          fmt::format("it imports version {} of the operators '{}', "
                      "unlike the model",
                      mine.version(), mine.domain()));
    }
  }
}

void HalfChecker::CheckBoundary(const TableFile::Cut& cut, const Half* device,
                                const Half* server,
                                std::vector<std::string>* faults) const {
  Names crossing;
  for (const auto& tensor : cut.tensors) {
    crossing.insert(tensor.name);
    if (device != nullptr && !inputs_.contains(tensor.name) &&
        !device->outputs.contains(tensor.name)) {
      device->Fault(
          fmt::format("does not emit '{}', which crosses", tensor.name));
    }
  }
  Names results;
  for (const auto& output : model_.proto.graph().output()) {
    results.insert(output.name());
    if (inputs_.contains(output.name())) continue;
    const bool emitted =
        (device != nullptr && device->outputs.contains(output.name())) ||
        (server != nullptr && server->outputs.contains(output.name()));
    if (!emitted) {
      faults->push_back(
          fmt::format("no half emits the output '{}'", output.name()));
    }
  }
  const auto check = [&](const Half* half, const Names& inputs) {
    if (half == nullptr) return;
    const GraphProto& graph = half->model.proto.graph();
    for (const int i : RealInputs(graph)) {
      const std::string& name = graph.input(i).name();
      if (inputs.contains(name)) continue;
      half->Fault(fmt::format("reads '{}', which it is not given", name));
    }
    for (const auto& output : half->model.proto.graph().output()) {
      const std::string& name = output.name();
      const bool crosses = half == device && crossing.contains(name);
      if (crosses || results.contains(name)) continue;
      half->Fault(fmt::format("emits '{}', which nobody wants", name));
    }
  };
  check(device, inputs_);
  Names given = crossing;
  for (const TableFile::ModelTensor& input : table_.inputs) {
    if (IsFed(input)) given.insert(input.name);
  }
  check(server, given);
}

}  // namespace dnncut
