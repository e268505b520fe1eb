// SPDX-License-Identifier: Apache-2.0
//
// Checks that each name in a graph is made once and read only where it can be
// seen, for the main graph, its bodies and functions.
//
// For each graph: inputs and initializers are defined; outputs of nodes must
// differ from them, from each other and from the names of the graphs around;
// then the nodes are sorted, and each is checked in that order before its
// outputs are added to the names. As the order is topological, a name that is
// unknown when a node reads it is made by no node at all. So afterwards each
// name that is read has exactly one producer, and that comes earlier.
#include "frontends/check/graph_validator.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/error.h"
#include "compiler/base/interrupt.h"
#include "frontends/check/node_sort.h"
#include "frontends/read/onnx_text.h"
#include "frontends/read/value_validator.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::NodeProto;

// The names that can be read at some point of a graph. A body sees those of the
// graphs around it as well. The strings belong to the messages.
struct Scope {
  const Scope* outer = nullptr;
  std::unordered_set<std::string_view> names;
  // Tensors that are declared as lists with more elements than a shape may have
  // dimensions, so they cannot be shapes.
  std::unordered_set<std::string_view> long_vectors;

  bool Sees(std::string_view name) const {
    for (const Scope* scope = this; scope != nullptr; scope = scope->outer) {
      if (scope->names.contains(name)) return true;
    }
    return false;
  }

  bool IsLongVector(std::string_view name) const {
    for (const Scope* scope = this; scope != nullptr; scope = scope->outer) {
      if (scope->names.contains(name)) {
        return scope->long_vectors.contains(name);
      }
    }
    return false;
  }

  std::string Suggest(std::string_view name) const {
    std::vector<std::string> candidates;
    for (const Scope* scope = this; scope != nullptr; scope = scope->outer) {
      candidates.insert(candidates.end(), scope->names.begin(),
                        scope->names.end());
    }
    // Sorted, because the order of the set differs between machines.
    std::sort(candidates.begin(), candidates.end());
    return DidYouMean(name, candidates);
  }
};

class GraphValidator {
 public:
  GraphValidator(const Opsets& opsets, const ModelLimits& limits,
                 bool in_function, GraphFindings* findings)
      : opsets_(opsets),
        limits_(limits),
        in_function_(in_function),
        findings_(findings) {}

  // The depth of the recursion is bounded: the reader has checked how deeply
  // bodies are nested.
  void CheckGraph(const Scope* outer, const std::string& place,
                  GraphProto* graph);
  void CheckFunction(FunctionProto* function);

 private:
  void CheckValueInfos(const GraphProto& graph, const std::string& place,
                       Scope* scope);
  void DefineInputs(const GraphProto& graph, const std::string& place,
                    Scope* scope);
  void DefineInitializers(const GraphProto& graph, const std::string& place,
                          Scope* scope);
  // Called before the nodes are sorted, which needs one producer for each name.
  void CheckOutputsDiffer(const NodeList& nodes, const Scope& scope,
                          const std::string& place);
  void CheckNodes(const std::string& place, Scope* scope, NodeList* nodes);
  void CheckReads(const NodeProto& node, const Scope& scope,
                  const std::string& place);
  void CheckBodies(const Scope& scope, const std::string& place,
                   NodeProto* node);
  void CheckAnnotations(const GraphProto& graph, const Scope& scope);

  const Opsets& opsets_;
  const ModelLimits& limits_;
  bool in_function_;
  GraphFindings* findings_;
};

std::string NodePlace(const std::string& place, int index,
                      const NodeProto& node) {
  return place + ", " + NodeText(index, node.name(), node.op_type());
}

void GraphValidator::DefineInputs(const GraphProto& graph,
                                  const std::string& place, Scope* scope) {
  for (const auto& input : graph.input()) {
    CheckNameIsThere(limits_, input.name(), place, "an input");
    if (!scope->names.insert(input.name()).second) {
      Fail(ExitCode::kBadInput, "E220", "{}: the input {} is there twice",
           place, Quote(input.name()));
    }
  }
}

void GraphValidator::DefineInitializers(const GraphProto& graph,
                                        const std::string& place,
                                        Scope* scope) {
  std::unordered_set<std::string_view> seen;
  const auto define = [&](const std::string& name) {
    CheckNameIsThere(limits_, name, place, "an initializer");
    if (!seen.insert(name).second) {
      Fail(ExitCode::kBadInput, "E220", "{}: the initializer {} is there twice",
           place, Quote(name));
    }
    scope->names.insert(name);
  };
  for (const auto& tensor : graph.initializer()) {
    define(tensor.name());
    if (tensor.dims_size() == 1 && tensor.dims(0) > limits_.rank) {
      scope->long_vectors.insert(tensor.name());
    }
  }
  for (const auto& sparse : graph.sparse_initializer()) {
    define(sparse.values().name());
    CheckSparseTensor(
        limits_, sparse,
        place + ": the sparse initializer " + Quote(sparse.values().name()));
  }
}

void GraphValidator::CheckValueInfos(const GraphProto& graph,
                                     const std::string& place, Scope* scope) {
  for (const auto* infos :
       {&graph.input(), &graph.output(), &graph.value_info()}) {
    for (const auto& info : *infos) {
      CheckName(limits_, info.name(), place, "a tensor");
      CheckType(limits_, info.type(), place + ": " + Quote(info.name()));
      if (VectorLength(info.type()) > limits_.rank) {
        scope->long_vectors.insert(info.name());
      }
    }
  }
}

void GraphValidator::CheckOutputsDiffer(const NodeList& nodes,
                                        const Scope& scope,
                                        const std::string& place) {
  std::unordered_set<std::string_view> seen;
  for (int i = 0; i < nodes.size(); ++i) {
    for (const auto& output : nodes[i].output()) {
      if (output.empty()) continue;
      if (scope.Sees(output)) {
        Fail(ExitCode::kBadInput, "E220", "{}: its output {} {}",
             NodePlace(place, i, nodes[i]), Quote(output),
             scope.names.contains(output)
                 ? "is an input or initializer already"
                 : "hides a tensor of the same name outside the body");
      }
      if (!seen.insert(output).second) {
        Fail(ExitCode::kBadInput, "E220",
             "{}: its output {} is made by another node already",
             NodePlace(place, i, nodes[i]), Quote(output));
      }
    }
  }
}

void GraphValidator::CheckReads(const NodeProto& node, const Scope& scope,
                                const std::string& place) {
  for (const auto& input : node.input()) {
    if (input.empty() || scope.Sees(input)) continue;
    Fail(ExitCode::kBadInput, "E219",
         "{}: its input {} is made by no node and is no input or initializer{}",
         place, Quote(input), scope.Suggest(input));
  }
  const int shape = ShapeInput(node);
  if (shape >= 0 && shape < node.input_size() &&
      scope.IsLongVector(node.input(shape))) {
    Fail(ExitCode::kBadInput, "E222",
         "{}: its input {} gives a shape, but has more than {} elements, the "
         "most dimensions that --limit rank allows",
         place, Quote(node.input(shape)), limits_.rank);
  }
}

void GraphValidator::CheckBodies(const Scope& scope, const std::string& place,
                                 NodeProto* node) {
  for (auto& attribute : *node->mutable_attribute()) {
    const auto check = [&](GraphProto* body) {
      CheckGraph(&scope, place + ", body " + Quote(attribute.name()), body);
    };
    if (attribute.has_g()) check(attribute.mutable_g());
    for (auto& body : *attribute.mutable_graphs()) check(&body);
  }
}

void GraphValidator::CheckNodes(const std::string& place, Scope* scope,
                                NodeList* nodes) {
  CheckOutputsDiffer(*nodes, *scope, place);
  if (SortNodes(place, nodes)) findings_->sorted.push_back(place);
  for (int i = 0; i < nodes->size(); ++i) {
    ThrowIfInterrupted();
    NodeProto* node = nodes->Mutable(i);
    const std::string node_place = NodePlace(place, i, *node);
    CheckNode(*node, opsets_, limits_, in_function_, node_place);
    CheckReads(*node, *scope, node_place);
    CheckBodies(*scope, node_place, node);
    for (const auto& output : node->output()) {
      if (!output.empty()) scope->names.insert(output);
    }
  }
}

void GraphValidator::CheckAnnotations(const GraphProto& graph,
                                      const Scope& scope) {
  for (const auto& annotation : graph.quantization_annotation()) {
    if (!scope.Sees(annotation.tensor_name())) {
      findings_->unknown_annotations.push_back(annotation.tensor_name());
    }
    for (const auto& entry : annotation.quant_parameter_tensor_names()) {
      if (!scope.Sees(entry.value())) {
        findings_->unknown_annotations.push_back(entry.value());
      }
    }
  }
}

void GraphValidator::CheckGraph(const Scope* outer, const std::string& place,
                                GraphProto* graph) {
  Scope scope;
  scope.outer = outer;
  CheckValueInfos(*graph, place, &scope);
  DefineInputs(*graph, place, &scope);
  DefineInitializers(*graph, place, &scope);
  CheckNodes(place, &scope, graph->mutable_node());
  for (const auto& output : graph->output()) {
    CheckNameIsThere(limits_, output.name(), place, "an output");
    if (!scope.Sees(output.name())) {
      Fail(ExitCode::kBadInput, "E221",
           "{}: its output {} is made by no node and is no input or "
           "initializer{}",
           place, Quote(output.name()), scope.Suggest(output.name()));
    }
  }
  CheckAnnotations(*graph, scope);
}

void GraphValidator::CheckFunction(FunctionProto* function) {
  const std::string place = "function " + Quote(function->name());
  Scope scope;
  for (const auto& input : function->input()) {
    CheckNameIsThere(limits_, input, place, "an input");
    if (!scope.names.insert(input).second) {
      Fail(ExitCode::kBadInput, "E220", "{}: the input {} is there twice",
           place, Quote(input));
    }
  }
  CheckNodes(place, &scope, function->mutable_node());
  for (const auto& output : function->output()) {
    if (scope.Sees(output)) continue;
    Fail(ExitCode::kBadInput, "E221", "{}: its output {} is made by no node{}",
         place, Quote(output), scope.Suggest(output));
  }
}

}  // namespace

void CheckGraph(const Opsets& opsets, const ModelLimits& limits,
                GraphProto* graph, GraphFindings* findings) {
  GraphValidator(opsets, limits, false, findings)
      .CheckGraph(nullptr, "graph " + Quote(graph->name()), graph);
}

void CheckFunction(const Opsets& opsets, const ModelLimits& limits,
                   FunctionProto* function, GraphFindings* findings) {
  GraphValidator(opsets, limits, true, findings).CheckFunction(function);
}

}  // namespace dnncut
