// SPDX-License-Identifier: Apache-2.0
//
// Makes the two halves of a cut: models of their own that run one after the
// other.
//
// A half starts as a copy of the model without its lists, so that all that
// dnncut does not know of stays. Then come the nodes of its side, in the order
// of the model, which is topological. What they need is followed back:
// constants and all that these are computed from are copied into each half that
// reads them; tensors made on the device are outputs of the device's half and
// inputs of the server's; functions and the operator sets in use come along.
// Nothing flows from the server to the device, as a cut is closed under
// predecessors. So each name that a node of a half reads is made, stored or
// received in that half.
#include "backends/halves/halves.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "backends/halves/boundary_type.h"
#include "compiler/base/interrupt.h"
#include "compiler/problem/side.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::ValueInfoProto;

std::vector<ConstantId> RootConstants(const Graph& graph, const Cut& cut,
                                      Side side) {
  std::vector<ConstantId> roots;
  for (size_t l = 0; l < graph.layers.size(); ++l) {
    if (cut[l] != side) continue;
    const auto& constants = graph.layers[l].constants;
    roots.insert(roots.end(), constants.begin(), constants.end());
  }
  for (const ModelOutput& output : graph.outputs) {
    if (output.source == ModelOutput::Source::kConstant) {
      roots.push_back(output.id);
    }
  }
  return roots;
}

void ClearFilteredLists(ModelProto* model) {
  model->clear_functions();
  model->clear_opset_import();
  // training_info refers to initializers of the whole model by name, which
  // means nothing in a half.
  model->clear_training_info();
  GraphProto* graph = model->mutable_graph();
  graph->clear_node();
  graph->clear_initializer();
  graph->clear_sparse_initializer();
  graph->clear_input();
  graph->clear_output();
  graph->clear_value_info();
  graph->clear_quantization_annotation();
}

void SetMetadata(const std::string& key, const std::string& value,
                 ModelProto* model) {
  // The model may be a half itself, and keys must stay unique.
  for (auto& entry : *model->mutable_metadata_props()) {
    if (entry.key() == key) {
      entry.set_value(value);
      return;
    }
  }
  auto* entry = model->add_metadata_props();
  entry->set_key(key);
  entry->set_value(value);
}

bool RunsOn(const Graph& graph, const Cut& cut, TensorId tensor, Side side) {
  const LayerId producer = graph.tensors[tensor].producer;
  return producer != kModelInput && cut[producer] == side;
}

bool IsReadOn(const Graph& graph, const Cut& cut, TensorId tensor, Side side) {
  return std::any_of(graph.tensors[tensor].readers.begin(),
                     graph.tensors[tensor].readers.end(),
                     [&](LayerId reader) { return cut[reader] == side; });
}

// Are all results constants? Then no layer makes one, and the device's half
// returns them.
bool HasConstantsOnly(const Graph& graph) {
  const auto is_constant = [](const ModelOutput& output) {
    return output.source == ModelOutput::Source::kConstant;
  };
  const auto is_result = [](const Tensor& tensor) { return tensor.is_result; };
  return std::any_of(graph.outputs.begin(), graph.outputs.end(), is_constant) &&
         std::none_of(graph.tensors.begin(), graph.tensors.end(), is_result);
}

}  // namespace

bool HasHalf(const Graph& graph, const Cut& cut, Side side) {
  if (side == Side::kDevice && HasConstantsOnly(graph)) return true;
  for (size_t t = 0; t < graph.tensors.size(); ++t) {
    const TensorId id = static_cast<TensorId>(t);
    if (!RunsOn(graph, cut, id, side)) continue;
    if (graph.tensors[t].is_result) return true;
    if (side == Side::kDevice && IsReadOn(graph, cut, id, Side::kServer)) {
      return true;
    }
  }
  return false;
}

std::string HalfName(int cut, Side side) {
  return fmt::format("{}/cut{}.onnx", SideName(side), cut);
}

HalfMaker::HalfMaker(const SourceModel& model, const Graph& graph)
    : model_(model),
      graph_(graph),
      shell_(model.proto),
      functions_(IndexFunctions(model.proto)) {
  ClearFilteredLists(&shell_);
  for (size_t c = 0; c < graph.constants.size(); ++c) {
    constants_[graph.constants[c].name] = static_cast<ConstantId>(c);
  }
  const GraphProto& main_graph = model.proto.graph();
  for (const auto& tensor : main_graph.initializer()) {
    initializers_.insert(tensor.name());
  }
  for (const auto& info : main_graph.output())
    infos_.emplace(info.name(), &info);
  for (const auto& info : main_graph.input())
    infos_.emplace(info.name(), &info);
  for (const auto& info : main_graph.value_info()) {
    infos_.emplace(info.name(), &info);
  }
}

ModelProto HalfMaker::Make(const TableCut& cut, int cut_id, Side side) const {
  const Parts parts = Collect(cut.cut, side);
  ModelProto half = shell_;
  AddGraph(cut, side, parts, half.mutable_graph());
  AddFunctionsAndOpsets(parts, &half);
  SetMetadata("dnncut.cut", std::to_string(cut_id), &half);
  SetMetadata("dnncut.side", std::string(SideName(side)), &half);
  SetMetadata("dnncut.model_sha256", model_.sha256, &half);
  return half;
}

HalfMaker::Parts HalfMaker::Collect(const Cut& cut, Side side) const {
  ThrowIfInterrupted();
  Parts parts;
  parts.nodes.resize(model_.proto.graph().node_size());
  for (size_t l = 0; l < graph_.layers.size(); ++l) {
    if (cut[l] != side) continue;
    const Layer& layer = graph_.layers[l];
    parts.nodes[layer.node] = true;
    for (TensorId t : layer.inputs) parts.names.insert(graph_.tensors[t].name);
    for (TensorId t : layer.outputs) parts.names.insert(graph_.tensors[t].name);
  }
  AddConstants(RootConstants(graph_, cut, side), &parts);
  AddQuantizationParameters(&parts);
  return parts;
}

void HalfMaker::AddConstants(std::vector<ConstantId> constants,
                             Parts* parts) const {
  while (!constants.empty()) {
    const Constant& constant = graph_.constants[constants.back()];
    constants.pop_back();
    if (!parts->names.insert(constant.name).second) continue;
    if (constant.node >= 0) parts->nodes[constant.node] = true;
    constants.insert(constants.end(), constant.inputs.begin(),
                     constant.inputs.end());
  }
}

// The annotation of a tensor names the initializers of its scale and zero
// point. They are added to the half even if none of its nodes reads them, but
// not what is annotated of these in turn.
void HalfMaker::AddQuantizationParameters(Parts* parts) const {
  const auto& annotations = model_.proto.graph().quantization_annotation();
  for (const auto& annotation : annotations) {
    parts->annotations.push_back(
        parts->names.contains(annotation.tensor_name()));
  }
  for (int a = 0; a < annotations.size(); ++a) {
    if (!parts->annotations[a]) continue;
    for (const auto& entry : annotations[a].quant_parameter_tensor_names()) {
      const auto constant = constants_.find(entry.value());
      if (constant != constants_.end()) {
        AddConstants({constant->second}, parts);
      } else if (initializers_.contains(entry.value())) {
        parts->names.insert(entry.value());
      }
    }
  }
}

void HalfMaker::AddGraph(const TableCut& cut, Side side, const Parts& parts,
                         GraphProto* half) const {
  const GraphProto& whole = model_.proto.graph();
  std::unordered_set<std::string_view> boundary;
  std::unordered_set<std::string_view> made_here;
  for (const NodeProto* node : Nodes(parts)) {
    *half->add_node() = *node;
    for (const auto& name : node->output()) made_here.insert(name);
  }
  for (const auto& tensor : whole.initializer()) {
    if (parts.names.contains(tensor.name())) {
      *half->add_initializer() = tensor;
    }
  }
  for (const auto& sparse : whole.sparse_initializer()) {
    if (parts.names.contains(sparse.values().name())) {
      *half->add_sparse_initializer() = sparse;
    }
  }
  for (const auto& input : whole.input()) {
    if (!parts.names.contains(input.name())) continue;
    *half->add_input() = input;
    boundary.insert(input.name());
  }
  for (TensorId tensor : InnerInputs(cut, side)) {
    *half->add_input() = InfoOf(tensor);
    boundary.insert(graph_.tensors[tensor].name);
  }
  for (ValueInfoProto& output : Outputs(cut, side)) {
    *half->add_output() = std::move(output);
  }
  for (const auto& output : half->output()) boundary.insert(output.name());
  for (const auto& info : whole.value_info()) {
    const std::string& name = info.name();
    if (boundary.contains(name)) continue;
    if (parts.names.contains(name) || made_here.contains(name)) {
      *half->add_value_info() = info;
    }
  }
  for (int a = 0; a < whole.quantization_annotation_size(); ++a) {
    if (parts.annotations[a]) {
      *half->add_quantization_annotation() = whole.quantization_annotation(a);
    }
  }
}

// The tensors that layers of this side read and the other side makes, without
// model inputs.
std::vector<TensorId> HalfMaker::InnerInputs(const TableCut& cut,
                                             Side side) const {
  std::vector<TensorId> inputs;
  if (side == Side::kDevice) return inputs;
  for (TensorId tensor : cut.costs.uploaded) {
    if (RunsOn(graph_, cut.cut, tensor, Side::kDevice) &&
        IsReadOn(graph_, cut.cut, tensor, Side::kServer)) {
      inputs.push_back(tensor);
    }
  }
  return inputs;
}

std::vector<ValueInfoProto> HalfMaker::Outputs(const TableCut& cut,
                                               Side side) const {
  std::vector<ValueInfoProto> outputs;
  std::set<TensorId> emitted;
  const auto emit = [&](TensorId tensor) {
    if (!RunsOn(graph_, cut.cut, tensor, side)) return;
    if (emitted.insert(tensor).second) outputs.push_back(InfoOf(tensor));
  };
  if (side == Side::kDevice) {
    for (TensorId tensor : cut.costs.uploaded) emit(tensor);
  }
  std::set<ConstantId> constants;
  for (const ModelOutput& output : graph_.outputs) {
    if (output.source == ModelOutput::Source::kLayer) emit(output.id);
    if (output.source == ModelOutput::Source::kConstant &&
        constants.insert(output.id).second) {
      outputs.push_back(*infos_.at(output.name));
      const TensorType& type = graph_.constants[output.id].type;
      CompleteType(type, std::vector<bool>(type.shape.size(), true),
                   &outputs.back());
    }
  }
  return outputs;
}

ValueInfoProto HalfMaker::InfoOf(TensorId id) const {
  const Tensor& tensor = graph_.tensors[id];
  ValueInfoProto info;
  const auto known = infos_.find(tensor.name);
  if (known != infos_.end()) info = *known->second;
  info.set_name(tensor.name);
  // What the model takes is what it says it takes.
  const bool is_input = id < graph_.input_count;
  if (is_input && info.type().tensor_type().has_shape()) return info;
  CompleteType(tensor.type, tensor.constant_dims, &info);
  return info;
}

void HalfMaker::AddFunctionsAndOpsets(const Parts& parts,
                                      ModelProto* half) const {
  const ModelProto& whole = model_.proto;
  std::set<std::string, std::less<>> domains = {""};
  const auto add_domain = [&](const NodeProto& node) {
    domains.emplace(NormalDomain(node.domain()));
  };
  ForEachNode(half->graph(), add_domain);
  for (int f : CalledFunctions(whole, functions_, Nodes(parts))) {
    const auto& function = whole.functions(f);
    *half->add_functions() = function;
    domains.emplace(NormalDomain(function.domain()));
    // The function's own imports hold for its body, but a runtime that inlines
    // it looks for the domains among the imports of the model.
    for (const auto& opset : function.opset_import()) {
      domains.emplace(NormalDomain(opset.domain()));
    }
  }
  for (const auto& opset : whole.opset_import()) {
    if (domains.contains(NormalDomain(opset.domain()))) {
      *half->add_opset_import() = opset;
    }
  }
}

void HalfMaker::ForEachTensor(const Cut& cut, Side side,
                              const TensorVisitor& visit) const {
  if (HasHalf(graph_, cut, side)) ForEachTensorOfLayers(cut, side, visit);
}

void HalfMaker::ForEachTensorOfLayers(const Cut& cut, Side side,
                                      const TensorVisitor& visit) const {
  const Parts parts = Collect(cut, side);
  const GraphProto& whole = model_.proto.graph();
  for (const auto& tensor : whole.initializer()) {
    if (parts.names.contains(tensor.name())) visit(tensor);
  }
  for (const auto& sparse : whole.sparse_initializer()) {
    if (!parts.names.contains(sparse.values().name())) continue;
    visit(sparse.values());
    visit(sparse.indices());
  }
  const auto nodes = Nodes(parts);
  for (const NodeProto* node : nodes) dnncut::ForEachTensor(*node, visit);
  for (int f : CalledFunctions(model_.proto, functions_, nodes)) {
    dnncut::ForEachTensor(model_.proto.functions(f), visit);
  }
}

std::vector<const NodeProto*> HalfMaker::Nodes(const Parts& parts) const {
  std::vector<const NodeProto*> nodes;
  for (int n = 0; n < model_.proto.graph().node_size(); ++n) {
    if (parts.nodes[n]) nodes.push_back(&model_.proto.graph().node(n));
  }
  return nodes;
}

}  // namespace dnncut
