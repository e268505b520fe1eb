// SPDX-License-Identifier: Apache-2.0
//
// The pass over one graph: for each node it finds the types of the outputs,
// their values where shapes may depend on them, and whether they are constant.
//
// Nodes are in topological order, so what is known of the inputs is final when
// a node is reached, and one visit is enough. A budget of nodes bounds the work
// on functions that call functions and on loops inside loops.
#include "frontends/shapes/type_engine.h"

#include <set>
#include <string_view>
#include <utility>

#include "compiler/base/interrupt.h"
#include "frontends/shapes/onnx_types.h"

namespace dnncut {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;

namespace {

// Functions may call functions, so without a limit a small file could take
// endless time.
constexpr int64_t kMaxInferredNodes = 4'000'000;
// Each round of a loop may need several rounds of the loops inside it, so these
// are limited, too.
constexpr int64_t kMaxRepeatedNodes = 50'000;

// Of all known values of a model, some 50 bytes each while they are held.
// Shapes come nowhere near; what comes after so many is not known.
constexpr int64_t kMaxAllElements = int64_t{1} << 20;
// Steps of computing values: elements times inputs times dims.
constexpr int64_t kMaxValueSteps = int64_t{1} << 26;

}  // namespace

TypeEngine::TypeEngine(const ModelProto& model, const TypeMap& trusted,
                       int* at_node, StatedSizes stated)
    : model_(model),
      trusted_(trusted),
      at_node_(at_node),
      stated_(std::move(stated)),
      functions_(IndexFunctions(model)),
      random_(model),
      nodes_left_(kMaxInferredNodes),
      elements_left_(kMaxAllElements),
      value_steps_left_(kMaxValueSteps),
      repeats_left_(kMaxRepeatedNodes) {
  for (const auto& import : model.opset_import()) {
    opsets_[std::string(NormalDomain(import.domain()))] = import.version();
  }
}

void TypeEngine::InferMain(Scope* scope, const NodeDone& done) {
  const GraphProto& graph = model_.graph();
  scope->opsets = &opsets_;
  AddDeclared(graph, scope);
  std::set<std::string_view> distrusted;
  for (const NodeProto& node : graph.node()) {
    if (!ShapeRulesOf(node.domain(), node.op_type()).runtime_errs) continue;
    distrusted.insert(node.output().begin(), node.output().end());
  }
  for (const auto& [name, type] : trusted_) {
    if (distrusted.contains(name)) continue;
    TensorType& known = scope->declared[name];
    known = MergeTypes(type, known);
  }
  AddInitializers(graph, scope);
  for (const auto& input : graph.input()) {
    if (scope->facts.contains(input.name())) continue;
    Fact& fact = scope->facts[input.name()];
    fact.of_data = true;
    fact.type = input.type();
    Sanitize(&fact.type);
    if (!IsSettled(fact.type)) {
      fact.blame = {Blame::Kind::kFree, ""};
    }
  }
  *at_node_ = 0;
  InferNodes(graph.node(), scope, [&](NodeRun* run) {
    done(run);
    ++*at_node_;
  });
}

TypedGraph TypeEngine::Run() {
  TypedGraph result;
  Scope scope;
  scope.finished = &result.tensors;
  InferMain(&scope, [&](NodeRun* run) {
    if (!run->bodies.empty()) result.bodies[*at_node_] = std::move(run->bodies);
  });
  for (const auto& [name, fact] : scope.facts) {
    result.tensors[name] = TypedOf(fact);
  }
  result.counted_loops = std::move(counted_loops_);
  result.wrong_count = std::move(wrong_count_);
  return result;
}

void TypeEngine::AddDeclared(const GraphProto& graph, Scope* scope) {
  if (!believe_declared_) return;
  for (const auto* list : {&graph.value_info(), &graph.output()}) {
    for (const auto& info : *list) {
      TensorType& known = scope->declared[info.name()];
      known = MergeTypes(known, TypeFromOnnx(info.type()));
    }
  }
}

void TypeEngine::AddInitializers(const GraphProto& graph, Scope* scope) {
  for (const auto& tensor : graph.initializer()) {
    Fact& fact = scope->facts[tensor.name()];
    fact.type = TypeToOnnx(TypeOfTensor(tensor));
    fact.constant = true;
    if (WeightOf(tensor).has_value()) continue;
    fact.data = &tensor;
    if (auto value = ValueOfTensor(tensor)) {
      fact.value = std::make_shared<KnownValue>(std::move(*value));
      fact.known = true;
    }
  }
  for (const auto& tensor : graph.sparse_initializer()) {
    Fact& fact = scope->facts[tensor.values().name()];
    auto* type = fact.type.mutable_sparse_tensor_type();
    type->set_elem_type(tensor.values().data_type());
    for (int64_t dim : tensor.dims()) {
      type->mutable_shape()->add_dim()->set_dim_value(dim);
    }
    fact.constant = true;
  }
}

namespace {

// The node with the attributes that the call gives it, in `storage` if it
// refers to any.
const NodeProto* Substitute(const Scope& scope, const NodeProto& node,
                            NodeProto* storage) {
  if (scope.attributes == nullptr || !CallAttributes::AreReferredTo(node)) {
    return &node;
  }
  *storage = node;
  scope.attributes->Substitute(storage);
  return storage;
}

// What lies in the initializers of a node's bodies goes with the node.
void ForgetData(std::vector<Fact>* facts) {
  for (Fact& fact : *facts) {
    if (fact.data != fact.computed.get()) fact.data = nullptr;
  }
}

}  // namespace

void TypeEngine::InferNodes(
    const google::protobuf::RepeatedPtrField<NodeProto>& nodes, Scope* scope,
    const NodeDone& done) {
  // How often what these nodes make is still to be read. After that it is
  // forgotten, so that a long chain needs no more memory than one node.
  std::unordered_map<std::string, int64_t> unread;
  std::vector<std::vector<std::string>> reads;
  for (const NodeProto& node : nodes) {
    reads.push_back(ReadNames(node));
    for (const std::string& name : reads.back()) {
      const auto made = unread.find(name);
      if (made != unread.end()) ++made->second;
    }
    for (const std::string& name : node.output()) unread.emplace(name, 0);
  }
  size_t next = 0;
  for (const NodeProto& node : nodes) {
    const std::vector<std::string> read = std::move(reads[next++]);
    ThrowIfInterrupted();
    NodeRun run;
    NodeProto substituted;
    run.node = Substitute(*scope, node, &substituted);
    run.reads = run.node == &node ? read : ReadNames(substituted);
    run.scope = scope;
    run.rules = &ShapeRulesOf(node.domain(), node.op_type());
    auto opset = scope->opsets->find(NormalDomain(node.domain()));
    if (opset != scope->opsets->end()) run.opset = opset->second;
    for (const auto& name : node.input()) {
      run.inputs.push_back(name.empty() ? nullptr : FindFact(*scope, name));
    }
    run.outputs.resize(node.output_size());
    InferOutputs(&run);
    InferRemainingBodies(&run);
    if (run.node == &substituted) ForgetData(&run.outputs);
    FinishOutputs(&run);
    done(&run);
    for (const std::string& name : read) {
      const auto made = unread.find(name);
      if (made != unread.end() && --made->second == 0) {
        Forget(name, scope);
      }
    }
    for (const std::string& name : node.output()) {
      if (unread.at(name) == 0) Forget(name, scope);
    }
  }
}

void TypeEngine::InferOutputs(NodeRun* run) {
  const NodeProto& node = *run->node;
  if (!functions_.empty()) {
    auto function = functions_.find(KeyOf(node));
    if (function != functions_.end()) {
      InferCall(run, model_.functions(function->second), true);
      return;
    }
  }
  const ShapeRules& rules = *run->rules;
  if (rules.control_flow == ControlFlow::kIf) return InferIf(run);
  if (rules.control_flow == ControlFlow::kLoop) return InferLoop(run);
  InferOperator(run);
}

void TypeEngine::InferOperator(NodeRun* run) {
  const ShapeRules& rules = *run->rules;
  if (rules.check != nullptr) rules.check(run);
  if (!run->problem.empty()) return;
  NodeProto storage;
  const NodeProto* asked = run->node;
  if (rules.infer != nullptr) asked = rules.infer(run, &storage);
  if (asked != nullptr) InferWithSchema(*asked, run);
}

}  // namespace dnncut
