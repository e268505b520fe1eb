// SPDX-License-Identifier: Apache-2.0
//
// The pass over one graph: for each node it finds the types of the outputs,
// their values where shapes may depend on them, and whether they are constant.
//
// Nodes are in topological order, so what is known of the inputs is final when
// a node is reached, and one visit is enough. What the schema, the values and
// the file say of an output is merged; they can only add to each other, and
// where the file contradicts what was computed, the computed type stands. An
// output whose type stays open carries the blame: that of its inputs if one of
// them is open, else the node itself. A budget of nodes bounds the work on
// functions that call functions and on loops inside loops.
#include "frontends/shapes/type_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

#include "compiler/base/interrupt.h"
#include "frontends/shapes/onnx_types.h"
#include "frontends/values/compute_values.h"

namespace dnncut {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;
using ONNX_NAMESPACE::TensorShapeProto;
using ONNX_NAMESPACE::TypeProto;

namespace {

// Functions may call functions, so without a limit a small file could take
// endless time.
constexpr int64_t kMaxInferredNodes = 4'000'000;
// Each round of a loop may need several rounds of the loops inside it, so these
// are limited, too.
constexpr int64_t kMaxRepeatedNodes = 50'000;

// So many bytes of values at most are kept for all nodes.
constexpr int64_t kMaxKnownBytes = int64_t{16} << 20;

// Whether every runtime has the same bits: not of what is no finite number.
bool IsExact(const KnownValue& value) {
  return std::all_of(
      value.elements.begin(), value.elements.end(),
      [](const KnownElement& element) {
        return element.known && std::isfinite(element.real) &&
               !(element.real == 0 && std::signbit(element.real));
      });
}

// Of all known values of a model, 24 bytes each while they are held. Shapes
// come nowhere near; what comes after so many is not known.
constexpr int64_t kMaxAllElements = int64_t{1} << 20;

std::string NodeName(const NodeProto& node) {
  if (!node.name().empty()) return node.name();
  for (const auto& output : node.output()) {
    if (!output.empty()) return output;
  }
  return "";
}

std::string OperatorName(const NodeProto& node) {
  std::string_view domain = NormalDomain(node.domain());
  if (domain.empty()) return node.op_type();
  return fmt::format("{}.{}", domain, node.op_type());
}

void SetValue(KnownValue value, Fact* fact) {
  if (IsComplete(value)) {
    fact->computed = std::make_shared<TensorProto>(TensorOfValue(value));
    fact->data = fact->computed.get();
  } else if (value.dtype == DType::kInt64 && value.shape.size() <= 1) {
    auto symbolic = std::make_shared<TensorShapeProto>();
    for (const KnownElement& element : value.elements) {
      auto* dim = symbolic->add_dim();
      if (element.known) dim->set_dim_value(element.integer);
    }
    fact->symbolic = std::move(symbolic);
  }
  fact->value = std::move(value);
}

ValueInput ValueInputOf(const Fact* fact, bool present) {
  ValueInput input;
  input.present = present;
  if (fact == nullptr) return input;
  if (fact->value.has_value()) input.value = &*fact->value;
  TensorType type = TypeFromOnnx(fact->type);
  input.has_shape = type.has_rank;
  input.shape = std::move(type.shape);
  input.upper_shape = fact->upper_shape;
  return input;
}

// Makes something of the sizes of its input only.
bool IsOfShape(const NodeProto& node) {
  return NormalDomain(node.domain()).empty() &&
         (node.op_type() == "Shape" || node.op_type() == "Size");
}

// Whether a runtime might know a size that is not known here. The first input
// is what an operator works on; the others say how, and are then no data.
bool MayBeFolded(const std::vector<const Fact*>& inputs) {
  const auto is_data = [](const Fact* fact) {
    return fact != nullptr && fact->of_data;
  };
  if (inputs.size() < 2)
    return std::none_of(inputs.begin(), inputs.end(), is_data);
  return std::none_of(inputs.begin() + 1, inputs.end(), is_data);
}

}  // namespace

bool IsSettled(const TypeProto& type) {
  if (type.value_case() == TypeProto::kTensorType) {
    return IsStatic(TypeFromOnnx(type));
  }
  if (type.value_case() == TypeProto::kSequenceType) {
    return IsSettled(type.sequence_type().elem_type());
  }
  if (type.value_case() == TypeProto::kOptionalType) {
    return IsSettled(type.optional_type().elem_type());
  }
  return type.value_case() != TypeProto::VALUE_NOT_SET;
}

TensorType LargestType(const Fact& fact) {
  return LargestType(TypeFromOnnx(fact.type), fact.upper_shape);
}

bool Sanitize(TypeProto* type) {
  if (type->value_case() != TypeProto::kTensorType) return true;
  TensorType checked = TypeFromOnnx(*type);
  auto* tensor = type->mutable_tensor_type();
  if (!tensor->has_shape()) return true;
  if (!checked.has_rank) {
    tensor->clear_shape();
    return true;
  }
  bool fits = true;
  for (int i = 0; i < tensor->shape().dim_size(); ++i) {
    auto* dim = tensor->mutable_shape()->mutable_dim(i);
    if (checked.shape[i] >= 0 || !dim->has_dim_value()) continue;
    if (dim->dim_value() >= 0) fits = false;
    dim->clear_dim_value();
  }
  return fits;
}

const Fact* FindFact(const Scope& scope, const std::string& name) {
  for (const Scope* at = &scope; at != nullptr; at = at->outer) {
    auto found = at->facts.find(name);
    if (found != at->facts.end()) return &found->second;
  }
  return nullptr;
}

TypeEngine::TypeEngine(const ModelProto& model, const TypeMap& trusted,
                       int* at_node)
    : model_(model),
      trusted_(trusted),
      at_node_(at_node),
      functions_(IndexFunctions(model)),
      random_(model),
      nodes_left_(kMaxInferredNodes),
      elements_left_(kMaxAllElements),
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
  InferMain(&scope, [&](NodeRun* run) {
    if (!run->bodies.empty()) result.bodies[*at_node_] = std::move(run->bodies);
  });
  for (const auto& [name, fact] : scope.facts) {
    result.tensors[name] = {TypeFromOnnx(fact.type), fact.upper_shape,
                            fact.blame, fact.constant, fact.known};
  }
  return result;
}

KnownNodes TypeEngine::FindKnown() {
  believe_declared_ = false;
  KnownNodes known;
  int64_t bytes_left = kMaxKnownBytes;
  Scope scope;
  InferMain(&scope, [&](NodeRun* run) {
    const NodeProto& node = *run->node;
    if (run->rules->control_flow == ControlFlow::kIf && !run->inputs.empty()) {
      const std::optional<int64_t> condition = KnownScalar(run->inputs[0]);
      if (condition.has_value()) {
        known.conditions[*at_node_] = *condition != 0;
      }
    }
    if (node.output_size() != 1) return;
    const Fact* fact = FindFact(scope, node.output(0));
    // What depends on no input is constant anyway.
    if (fact == nullptr || fact->constant || random_.Contains(node) ||
        !fact->value.has_value() || !IsExact(*fact->value)) {
      return;
    }
    std::string value = TensorOfValue(*fact->value).SerializeAsString();
    bytes_left -= static_cast<int64_t>(value.size());
    if (bytes_left < 0) return;
    known.values[*at_node_] = std::move(value);
  });
  return known;
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
    fact.value = ValueOfTensor(tensor);
    fact.known = fact.value.has_value();
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

void TypeEngine::InferNodes(
    const google::protobuf::RepeatedPtrField<NodeProto>& nodes, Scope* scope,
    const NodeDone& done) {
  // How often what these nodes make is still to be read. A value is forgotten
  // after that, so that a long chain of values needs no more memory than one.
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
    ThrowIfInterrupted();
    NodeRun run;
    run.reads = std::move(reads[next++]);
    run.node = &node;
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
    FinishOutputs(&run);
    done(&run);
    for (const std::string& name : run.reads) {
      const auto made = unread.find(name);
      if (made != unread.end() && --made->second == 0) {
        ForgetValue(name, scope);
      }
    }
    for (const std::string& name : node.output()) {
      if (unread.at(name) == 0) ForgetValue(name, scope);
    }
  }
}

void TypeEngine::Store(const std::string& name, Fact fact, Scope* scope) {
  if (fact.value.has_value()) {
    const int64_t count = std::ssize(fact.value->elements);
    if (count > elements_left_) {
      fact.value.reset();
      fact.computed.reset();
      fact.symbolic.reset();
      fact.data = nullptr;
    } else {
      fact.known = IsComplete(*fact.value);
      elements_left_ -= count;
    }
  }
  scope->facts[name] = std::move(fact);
}

void TypeEngine::ForgetValue(const std::string& name, Scope* scope) {
  const auto found = scope->facts.find(name);
  if (found == scope->facts.end() || scope->returned.contains(name)) return;
  Fact& fact = found->second;
  fact.value.reset();
  fact.computed.reset();
  fact.symbolic.reset();
  fact.data = nullptr;
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

void TypeEngine::FinishOutputs(NodeRun* run) {
  const NodeProto& node = *run->node;
  bool constant = !random_.Contains(node);
  bool of_data = !constant;
  Blame blame;
  for (const std::string& name : run->reads) {
    const Fact* fact = FindFact(*run->scope, name);
    if (fact == nullptr) continue;
    constant = constant && fact->constant;
    of_data = of_data || fact->of_data;
    if (fact->blame.kind > blame.kind ||
        (fact->blame.kind == blame.kind && fact->blame.may_be_folded)) {
      blame = fact->blame;
    }
  }
  if (IsOfShape(node) && !run->inputs.empty() && run->inputs[0] != nullptr) {
    of_data = !IsSettled(run->inputs[0]->type);
  }
  ComputeValues(run);
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty()) continue;
    if (!IsSettled(run->outputs[i].type)) BoundOutput(run, i);
    Fact fact = std::move(run->outputs[i]);
    fact.constant = constant;
    fact.of_data = of_data;
    auto declared = run->scope->declared.find(node.output(i));
    if (declared != run->scope->declared.end() && !run->refused &&
        !fact.type.has_sequence_type() && !fact.type.has_optional_type()) {
      TensorType merged = MergeTypes(TypeFromOnnx(fact.type), declared->second);
      if (merged.kind == TensorType::Kind::kTensor) {
        fact.type = TypeToOnnx(merged);
      }
    }
    if (!IsSettled(fact.type)) {
      if (fact.blame.kind == Blame::Kind::kNone) fact.blame = blame;
      if (fact.blame.kind == Blame::Kind::kNone) fact.blame = BlameNode(*run);
    } else {
      fact.blame = {};
      fact.upper_shape.clear();
    }
    Store(node.output(i), std::move(fact), run->scope);
  }
}

void TypeEngine::ComputeValues(NodeRun* run) {
  const NodeProto& node = *run->node;
  if (node.output_size() == 0 || run->rules->value == nullptr) return;
  std::vector<ValueInput> inputs;
  for (int i = 0; i < node.input_size(); ++i) {
    inputs.push_back(ValueInputOf(run->inputs[i], !node.input(i).empty()));
  }
  std::optional<KnownValue> value = run->rules->value(node, inputs);
  if (!value.has_value()) return;
  Fact& fact = run->outputs[0];
  TensorType type;
  type.kind = TensorType::Kind::kTensor;
  type.dtype = value->dtype;
  type.has_rank = true;
  type.shape = value->shape;
  fact.type = TypeToOnnx(MergeTypes(TypeFromOnnx(fact.type), type));
  if (!Contradict(TypeFromOnnx(fact.type), type)) {
    SetValue(std::move(*value), &fact);
  }
}

Blame TypeEngine::BlameNode(const NodeRun& run) const {
  const NodeProto& node = *run.node;
  if (run.problem.empty() && run.rules->sized_by_values) {
    return {Blame::Kind::kData,
            fmt::format("{} '{}'", OperatorName(node), NodeName(node)),
            MayBeFolded(run.inputs)};
  }
  return {run.unknown ? Blame::Kind::kUnknown : Blame::Kind::kEngine,
          fmt::format("{} '{}': {}", OperatorName(node), NodeName(node),
                      run.problem.empty() ? "libonnx does not infer its sizes"
                                          : run.problem)};
}

}  // namespace dnncut
