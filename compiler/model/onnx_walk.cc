// SPDX-License-Identifier: Apache-2.0
//
// Walks over the parts of a model that nest: nodes have bodies (graphs in their
// attributes), bodies have nodes, and tensors stand in initializers and in
// attributes.
//
// The walk over tensors is written once, as templates over constant and mutable
// messages, so a visitor that changes tensors meets exactly those that a
// visitor that only looks at them meets. A name that a body reads and does not
// define itself is captured from the graph around it. Functions are found with
// a list of those still to look into; each enters it once, so the search ends
// even where functions call each other in a circle.
#include "compiler/model/onnx_walk.h"

#include <google/protobuf/unknown_field_set.h>

#include <set>
#include <unordered_set>
#include <utility>

namespace dnncut {
namespace {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::SparseTensorProto;
using ONNX_NAMESPACE::TensorProto;

// Collects names, each once, in the order of their first appearance.
class NameList {
 public:
  void Add(const std::string& name) {
    if (!name.empty() && seen_.insert(name).second) names_.push_back(name);
  }
  std::vector<std::string> Take() { return std::move(names_); }

 private:
  std::unordered_set<std::string> seen_;
  std::vector<std::string> names_;
};

std::unordered_set<std::string_view> DefinedNames(const GraphProto& graph) {
  std::unordered_set<std::string_view> names;
  for (const auto& input : graph.input()) names.insert(input.name());
  for (const auto& tensor : graph.initializer()) names.insert(tensor.name());
  for (const auto& sparse : graph.sparse_initializer()) {
    names.insert(sparse.values().name());
  }
  for (const auto& node : graph.node()) {
    for (const auto& output : node.output()) names.insert(output);
  }
  return names;
}

// Access to the parts of const and of mutable messages under one name, so that
// the walk below is written once.
const auto& Nodes(const GraphProto& graph) { return graph.node(); }
auto& Nodes(GraphProto& graph) { return *graph.mutable_node(); }
const auto& Nodes(const FunctionProto& function) { return function.node(); }
auto& Nodes(FunctionProto& function) { return *function.mutable_node(); }
const auto& Initializers(const GraphProto& graph) {
  return graph.initializer();
}
auto& Initializers(GraphProto& graph) { return *graph.mutable_initializer(); }
const auto& SparseInitializers(const GraphProto& graph) {
  return graph.sparse_initializer();
}
auto& SparseInitializers(GraphProto& graph) {
  return *graph.mutable_sparse_initializer();
}
const auto& Values(const SparseTensorProto& sparse) { return sparse.values(); }
auto& Values(SparseTensorProto& sparse) { return *sparse.mutable_values(); }
const auto& Indices(const SparseTensorProto& sparse) {
  return sparse.indices();
}
auto& Indices(SparseTensorProto& sparse) { return *sparse.mutable_indices(); }
const auto& Attributes(const NodeProto& node) { return node.attribute(); }
auto& Attributes(NodeProto& node) { return *node.mutable_attribute(); }
const auto& TensorOf(const AttributeProto& attribute) { return attribute.t(); }
auto& TensorOf(AttributeProto& attribute) { return *attribute.mutable_t(); }
const auto& Tensors(const AttributeProto& attribute) {
  return attribute.tensors();
}
auto& Tensors(AttributeProto& attribute) {
  return *attribute.mutable_tensors();
}
const auto& SparseOf(const AttributeProto& attribute) {
  return attribute.sparse_tensor();
}
auto& SparseOf(AttributeProto& attribute) {
  return *attribute.mutable_sparse_tensor();
}
const auto& Sparses(const AttributeProto& attribute) {
  return attribute.sparse_tensors();
}
auto& Sparses(AttributeProto& attribute) {
  return *attribute.mutable_sparse_tensors();
}
const auto& GraphOf(const AttributeProto& attribute) { return attribute.g(); }
auto& GraphOf(AttributeProto& attribute) { return *attribute.mutable_g(); }
const auto& Graphs(const AttributeProto& attribute) {
  return attribute.graphs();
}
auto& Graphs(AttributeProto& attribute) { return *attribute.mutable_graphs(); }

template <typename Node, typename Visit>
void WalkNode(Node& node, const Visit& visit);

template <typename Sparse, typename Visit>
void WalkSparse(Sparse& sparse, const Visit& visit) {
  if (sparse.has_values()) visit(Values(sparse));
  if (sparse.has_indices()) visit(Indices(sparse));
}

template <typename Graph, typename Visit>
void WalkGraph(Graph& graph, const Visit& visit) {
  for (auto& tensor : Initializers(graph)) visit(tensor);
  for (auto& sparse : SparseInitializers(graph)) WalkSparse(sparse, visit);
  for (auto& node : Nodes(graph)) WalkNode(node, visit);
}

template <typename Node, typename Visit>
void WalkNode(Node& node, const Visit& visit) {
  for (auto& attribute : Attributes(node)) {
    if (attribute.has_t()) visit(TensorOf(attribute));
    for (auto& tensor : Tensors(attribute)) visit(tensor);
    if (attribute.has_sparse_tensor()) WalkSparse(SparseOf(attribute), visit);
    for (auto& sparse : Sparses(attribute)) WalkSparse(sparse, visit);
    if (attribute.has_g()) WalkGraph(GraphOf(attribute), visit);
    for (auto& graph : Graphs(attribute)) WalkGraph(graph, visit);
  }
}

template <typename Function, typename Visit>
void WalkFunction(Function& function, const Visit& visit) {
  for (auto& node : Nodes(function)) WalkNode(node, visit);
}

// A string among the fields that the generated classes do not know.
std::string UnknownString(const google::protobuf::UnknownFieldSet& fields,
                          int number) {
  std::string value;
  for (int i = 0; i < fields.field_count(); ++i) {
    const auto& field = fields.field(i);
    if (field.number() == number &&
        field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
      value = field.length_delimited();
    }
  }
  return value;
}

template <typename Message>
std::string OverloadOf(const Message& message, int number) {
  if constexpr (requires { message.overload(); }) {
    return message.overload();
  } else {
    return UnknownString(message.unknown_fields(), number);
  }
}

}  // namespace

std::string_view NormalDomain(std::string_view domain) {
  return domain == "ai.onnx" ? std::string_view() : domain;
}

std::vector<const GraphProto*> Bodies(const NodeProto& node) {
  std::vector<const GraphProto*> bodies;
  for (const auto& attribute : node.attribute()) {
    if (attribute.has_g()) bodies.push_back(&attribute.g());
    for (const auto& graph : attribute.graphs()) bodies.push_back(&graph);
  }
  return bodies;
}

std::vector<std::string> ReadNames(const NodeProto& node) {
  NameList names;
  for (const auto& input : node.input()) names.Add(input);
  for (const GraphProto* body : Bodies(node)) {
    for (const auto& name : CapturedNames(*body)) names.Add(name);
  }
  return names.Take();
}

std::vector<std::string> CapturedNames(const GraphProto& body) {
  const auto defined = DefinedNames(body);
  NameList names;
  for (const auto& node : body.node()) {
    for (const auto& name : ReadNames(node)) {
      if (!defined.contains(name)) names.Add(name);
    }
  }
  for (const auto& output : body.output()) {
    if (!defined.contains(output.name())) names.Add(output.name());
  }
  return names.Take();
}

void ForEachNode(const NodeProto& node, const NodeVisitor& visit) {
  visit(node);
  for (const GraphProto* body : Bodies(node)) ForEachNode(*body, visit);
}

void ForEachNode(const GraphProto& graph, const NodeVisitor& visit) {
  for (const auto& node : graph.node()) ForEachNode(node, visit);
}

void ForEachNode(const FunctionProto& function, const NodeVisitor& visit) {
  for (const auto& node : function.node()) ForEachNode(node, visit);
}

void ForEachTensor(const NodeProto& node, const TensorVisitor& visit) {
  WalkNode(node, visit);
}

void ForEachTensor(const GraphProto& graph, const TensorVisitor& visit) {
  WalkGraph(graph, visit);
}

void ForEachTensor(const FunctionProto& function, const TensorVisitor& visit) {
  WalkFunction(function, visit);
}

void ForEachTensor(const ModelProto& model, const TensorVisitor& visit) {
  WalkGraph(model.graph(), visit);
  for (const auto& function : model.functions()) WalkFunction(function, visit);
}

void ForEachTensor(NodeProto* node, const TensorMutator& visit) {
  WalkNode(*node, [&](TensorProto& tensor) { visit(&tensor); });
}

void ForEachTensor(GraphProto* graph, const TensorMutator& visit) {
  WalkGraph(*graph, [&](TensorProto& tensor) { visit(&tensor); });
}

void ForEachTensor(FunctionProto* function, const TensorMutator& visit) {
  WalkFunction(*function, [&](TensorProto& tensor) { visit(&tensor); });
}

void ForEachTensor(ModelProto* model, const TensorMutator& visit) {
  ForEachTensor(model->mutable_graph(), visit);
  for (auto& function : *model->mutable_functions()) {
    ForEachTensor(&function, visit);
  }
}

FunctionKey KeyOf(const FunctionProto& function) {
  constexpr int kOverloadField = 13;
  return {std::string(NormalDomain(function.domain())), function.name(),
          OverloadOf(function, kOverloadField)};
}

FunctionKey KeyOf(const NodeProto& node) {
  constexpr int kOverloadField = 8;
  return {std::string(NormalDomain(node.domain())), node.op_type(),
          OverloadOf(node, kOverloadField)};
}

FunctionIndex IndexFunctions(const ModelProto& model) {
  FunctionIndex index;
  for (int i = 0; i < model.functions_size(); ++i) {
    index.emplace(KeyOf(model.functions(i)), i);
  }
  return index;
}

std::vector<int> CalledFunctions(const ModelProto& model,
                                 const FunctionIndex& index,
                                 const std::vector<const NodeProto*>& nodes) {
  if (index.empty()) return {};
  std::set<int> called;
  std::vector<int> pending;
  const NodeVisitor call = [&](const NodeProto& node) {
    const auto found = index.find(KeyOf(node));
    if (found == index.end() || !called.insert(found->second).second) return;
    pending.push_back(found->second);
  };
  for (const NodeProto* node : nodes) ForEachNode(*node, call);
  while (!pending.empty()) {
    const int function = pending.back();
    pending.pop_back();
    ForEachNode(model.functions(function), call);
  }
  return {called.begin(), called.end()};
}

std::string NameOf(const NodeProto& node) {
  if (!node.name().empty()) return node.name();
  for (const auto& output : node.output()) {
    if (!output.empty()) return output;
  }
  return "";
}

std::vector<int> RealInputs(const ONNX_NAMESPACE::GraphProto& graph) {
  std::unordered_set<std::string> initializers;
  for (const auto& tensor : graph.initializer()) {
    initializers.insert(tensor.name());
  }
  for (const auto& tensor : graph.sparse_initializer()) {
    initializers.insert(tensor.values().name());
  }
  std::vector<int> inputs;
  for (int i = 0; i < graph.input_size(); ++i) {
    if (!initializers.contains(graph.input(i).name())) inputs.push_back(i);
  }
  return inputs;
}

}  // namespace dnncut
