// SPDX-License-Identifier: Apache-2.0
//
// Infers types inside the bodies of If, Loop and Scan and of functions, and of
// what these return.
#include <fmt/format.h>

#include <algorithm>

#include "frontends/read/call_attributes.h"
#include "frontends/read/onnx_text.h"
#include "frontends/shapes/onnx_types.h"
#include "frontends/shapes/operations.h"
#include "frontends/shapes/type_engine.h"
#include "frontends/values/compute_values.h"

namespace dnncut {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TypeProto;

namespace {

constexpr int kMaxDepth = 64;

const GraphProto* FindBody(const NodeProto& node, std::string_view name) {
  const AttributeProto* attribute = FindAttribute(node, name);
  return attribute == nullptr || !attribute->has_g() ? nullptr
                                                     : &attribute->g();
}

Blame StrongerBlame(const Blame& a, const Blame& b) {
  return a.kind >= b.kind ? a : b;
}

// For the state of a loop, whose inputs come after the loop's two own ones.
void ForgetShapes(const Blame& blame, std::vector<Fact>* inputs) {
  for (size_t i = 2; i < inputs->size(); ++i) {
    Fact& state = (*inputs)[i];
    ForgetShape(&state.type);
    state.upper_shape.clear();
    state.most_elements = -1;
    state.blame = StrongerBlame(state.blame, blame);
  }
}

// What still grows after some rounds of a loop has no bound.
void ForgetGrowing(const Fact& state, std::vector<int64_t>* upper) {
  const std::vector<int64_t> before = LargestType(state).shape;
  for (size_t i = 0; i < upper->size(); ++i) {
    if (i >= before.size() || (*upper)[i] > before[i]) (*upper)[i] = -1;
  }
}

Operand OperandOf(const std::string& name, Scope* scope) {
  static const OperandType kAbsent(TensorType{TensorType::Kind::kAbsent});
  static const OperandType kUnknown;
  if (name.empty()) return {kAbsent};
  const Fact* fact = FindFact(*scope, name);
  if (fact == nullptr) return {kUnknown};
  auto known = scope->operands.find(name);
  if (known == scope->operands.end()) {
    known = scope->operands.emplace(name, LargestType(*fact)).first;
  }
  return {known->second, fact->constant};
}

Operation OperationOf(NodeRun* run) {
  std::vector<Operand> inputs;
  for (const auto& name : run->node->input()) {
    inputs.push_back(OperandOf(name, run->scope));
  }
  std::vector<OperandType> outputs;
  for (const auto& name : run->node->output()) {
    outputs.push_back(OperandOf(name, run->scope).type);
  }
  Operation operation = MakeOperation(*run->node, run->opset, std::move(inputs),
                                      std::move(outputs));
  operation.bodies = std::move(run->bodies);
  operation.is_known = std::all_of(
      run->node->output().begin(), run->node->output().end(),
      [&](const std::string& name) {
        const Fact* fact = name.empty() ? nullptr : FindFact(*run->scope, name);
        return name.empty() || (fact != nullptr && fact->known);
      });
  return operation;
}

// Nodes, and what else is gone through each time.
int64_t PartsOf(const GraphProto& body) {
  return int64_t{body.node_size()} + body.input_size() + body.output_size() +
         body.initializer_size() + body.sparse_initializer_size() +
         body.value_info_size();
}

}  // namespace

bool TypeEngine::EnterBody(int depth, int64_t parts) {
  if (depth > kMaxDepth || parts > nodes_left_) return false;
  nodes_left_ -= parts;
  return true;
}

std::vector<Fact> TypeEngine::InferBody(NodeRun* run,
                                        const std::string& attribute,
                                        const GraphProto& body,
                                        const std::vector<Fact>& inputs) {
  std::vector<Fact> results(body.output_size());
  Scope scope;
  scope.outer = run->scope;
  scope.opsets = run->scope->opsets;
  scope.depth = run->scope->depth + 1;
  if (!EnterBody(scope.depth, PartsOf(body))) return results;
  AddDeclared(body, &scope);
  AddInitializers(body, &scope);
  for (int i = 0; i < body.input_size(); ++i) {
    Fact& fact = scope.facts[body.input(i).name()];
    if (i < static_cast<int>(inputs.size())) fact = inputs[i];
    if (!believe_declared_) continue;
    TensorType declared = TypeFromOnnx(body.input(i).type());
    if (fact.type.value_case() == TypeProto::VALUE_NOT_SET) {
      fact.type = body.input(i).type();
      Sanitize(&fact.type);
    } else if (fact.type.has_tensor_type()) {
      fact.type = TypeToOnnx(MergeTypes(TypeFromOnnx(fact.type), declared));
    }
  }
  for (const auto& output : body.output()) {
    scope.returned.insert(output.name());
  }
  Operation::Body operations;
  InferNodes(body.node(), &scope, [&](NodeRun* inner) {
    operations.operations.push_back(OperationOf(inner));
  });
  for (int i = 0; i < body.output_size(); ++i) {
    const Fact* fact = FindFact(scope, body.output(i).name());
    if (fact != nullptr) results[i] = *fact;
  }
  auto known = std::find(run->inferred_bodies.begin(),
                         run->inferred_bodies.end(), attribute);
  if (known == run->inferred_bodies.end()) {
    run->inferred_bodies.push_back(attribute);
    run->bodies.push_back(std::move(operations));
  } else {
    run->bodies[known - run->inferred_bodies.begin()] = std::move(operations);
  }
  return results;
}

void TypeEngine::InferRemainingBodies(NodeRun* run) {
  for (const auto& attribute : run->node->attribute()) {
    if (!attribute.has_g()) continue;
    if (std::find(run->inferred_bodies.begin(), run->inferred_bodies.end(),
                  attribute.name()) == run->inferred_bodies.end()) {
      InferBody(run, attribute.name(), attribute.g(), {});
    }
  }
  CountScanRuns(run);
}

// The length of the sequences that a Scan goes through, its last inputs.
void TypeEngine::CountScanRuns(NodeRun* run) {
  const NodeProto& node = *run->node;
  if (run->rules->control_flow != ControlFlow::kScan) return;
  const int64_t scans = IntAttribute(node, "num_scan_inputs", 0);
  int64_t length = -1;
  if (scans >= 1 && scans <= static_cast<int64_t>(run->inputs.size())) {
    const size_t first = run->inputs.size() - static_cast<size_t>(scans);
    const Fact* sequence = run->inputs[first];
    const AttributeProto* axes = FindAttribute(node, "scan_input_axes");
    // In opset 8, the batch is the first dimension.
    int64_t axis = run->opset < 9 ? 1 : 0;
    if (axes != nullptr && axes->ints_size() > 0) axis = axes->ints(0);
    const TensorType type =
        sequence == nullptr ? TensorType() : LargestType(*sequence);
    const int64_t rank = static_cast<int64_t>(type.shape.size());
    if (axis < 0) axis += rank;
    if (axis >= 0 && axis < rank) length = type.shape[axis];
  }
  for (Operation::Body& body : run->bodies) body.runs = length;
}

void TypeEngine::InferIf(NodeRun* run) {
  const GraphProto* then_branch = FindBody(*run->node, "then_branch");
  const GraphProto* else_branch = FindBody(*run->node, "else_branch");
  if (then_branch == nullptr || else_branch == nullptr) {
    run->problem = "it has no two branches";
    return;
  }
  std::vector<Fact> then_results =
      InferBody(run, "then_branch", *then_branch, {});
  std::vector<Fact> else_results =
      InferBody(run, "else_branch", *else_branch, {});
  std::optional<int64_t> condition =
      run->inputs.empty() ? std::nullopt : KnownScalar(run->inputs[0]);
  for (size_t i = 0; i < run->outputs.size(); ++i) {
    if (i >= then_results.size() || i >= else_results.size()) break;
    Fact& output = run->outputs[i];
    if (condition.has_value()) {
      output = *condition != 0 ? then_results[i] : else_results[i];
      continue;
    }
    output.type = CommonType(then_results[i].type, else_results[i].type);
    output.upper_shape = CommonUpperShape(then_results[i], else_results[i]);
    output.blame = StrongerBlame(then_results[i].blame, else_results[i].blame);
  }
}

// A state variable keeps a dim if the body, given that dim, gives it back: then
// it holds in every round, by induction. Those that it does not give back are
// forgotten, until nothing changes. Likewise a bound holds in every round when
// the body, given what is no larger, gives back what is no larger.
std::vector<Fact> TypeEngine::InferRounds(NodeRun* run, const GraphProto& body,
                                          std::vector<Fact>* inputs) {
  constexpr int kMaxRounds = 8;
  constexpr int kMaxBoundRounds = 3;
  const int state_count = body.input_size() - 2;
  const Blame blame = {Blame::Kind::kData, "Loop " + Quote(NameOf(*run->node))};
  std::vector<Fact> results;
  bool stable = false;
  for (int round = 0; round < kMaxRounds && !stable; ++round) {
    // A state of any shape needs no other round.
    if (repeats_left_ <= 0) ForgetShapes(blame, inputs);
    const int64_t left_before = nodes_left_;
    results = InferBody(run, "body", body, *inputs);
    if (round > 0) repeats_left_ -= left_before - nodes_left_;
    stable = true;
    for (int i = 0; i < state_count && i + 1 < body.output_size(); ++i) {
      Fact& state = (*inputs)[i + 2];
      TypeProto common = CommonType(state.type, results[i + 1].type);
      std::vector<int64_t> upper = CommonUpperShape(state, results[i + 1]);
      if (IsSameType(common, state.type) &&
          (IsSettled(common) || upper == LargestType(state).shape)) {
        continue;
      }
      if (round >= kMaxBoundRounds) ForgetGrowing(state, &upper);
      stable = false;
      if (round + 2 == kMaxRounds) ForgetShape(&common);
      state.type = common;
      state.upper_shape = std::move(upper);
      state.blame = blame;
    }
  }
  if (!stable) {
    // What has not settled by now may grow in later rounds, through other
    // states.
    ForgetShapes(blame, inputs);
    results = InferBody(run, "body", body, *inputs);
  }
  return results;
}

void TypeEngine::InferLoop(NodeRun* run) {
  const GraphProto* body = FindBody(*run->node, "body");
  if (body == nullptr || body->input_size() < 2 || body->output_size() < 1) {
    run->problem = "it has no body";
    return;
  }
  const int state_count = body->input_size() - 2;
  auto input = [&](int i) {
    return i < static_cast<int>(run->inputs.size()) ? run->inputs[i] : nullptr;
  };
  const std::optional<int64_t> trips = KnownScalar(input(0));
  std::optional<int64_t> condition = KnownScalar(input(1));
  if (run->node->input_size() < 2 || run->node->input(1).empty()) condition = 1;
  std::vector<Fact> inputs(body->input_size());
  inputs[0].of_data = inputs[1].of_data = true;  // of the round
  inputs[0].type.mutable_tensor_type()->set_elem_type(
      ONNX_NAMESPACE::TensorProto::INT64);
  inputs[0].type.mutable_tensor_type()->mutable_shape();
  inputs[1].type.mutable_tensor_type()->set_elem_type(
      ONNX_NAMESPACE::TensorProto::BOOL);
  inputs[1].type.mutable_tensor_type()->mutable_shape();
  if (condition == 1) {
    inputs[1].value = std::make_shared<KnownValue>(
        KnownValue{DType::kBool, {}, {{true, 1, 0}}});
  }
  for (int i = 0; i < state_count; ++i) {
    if (input(i + 2) == nullptr) continue;
    inputs[i + 2].of_data = input(i + 2)->of_data;
    inputs[i + 2].type = input(i + 2)->type;
    inputs[i + 2].upper_shape = input(i + 2)->upper_shape;
    inputs[i + 2].blame = input(i + 2)->blame;
  }
  const std::vector<Fact> results = InferRounds(run, *body, &inputs);
  // A condition that could become false ends the loop early.
  bool runs_through = condition == 1 && KnownScalar(&results[0]) == 1;
  int64_t runs = runs_through ? std::max<int64_t>(trips.value_or(-1), -1) : -1;
  int64_t most_runs = runs < 0 ? LargestScalar(input(0)) : runs;
  const int64_t stated = StatedRuns(*run, runs, most_runs);
  if (stated >= 0) runs = most_runs = stated;
  if (!run->bodies.empty()) {
    run->bodies.back().runs = most_runs;
    run->bodies.back().loop = NameOf(*run->node);
  }
  for (size_t i = 0; i < run->outputs.size(); ++i) {
    Fact& output = run->outputs[i];
    if (static_cast<int>(i) < state_count) {
      output.type = inputs[i + 2].type;
      output.upper_shape = inputs[i + 2].upper_shape;
      output.blame = inputs[i + 2].blame;
      continue;
    }
    if (i + 1 >= results.size()) break;
    const Fact& row = results[i + 1];
    output.blame = row.blame;
    if (!row.type.has_tensor_type()) continue;
    TensorType type = TypeFromOnnx(row.type);
    if (type.has_rank) {
      output.upper_shape = LargestType(row).shape;
      output.upper_shape.insert(output.upper_shape.begin(), most_runs);
      type.shape.insert(type.shape.begin(), runs);
    }
    output.type = TypeToOnnx(type);
  }
}

void TypeEngine::InferCall(NodeRun* run, const FunctionProto& function,
                           bool record) {
  OpsetMap opsets;
  for (const auto& import : function.opset_import()) {
    opsets[std::string(NormalDomain(import.domain()))] = import.version();
  }
  Scope scope;
  scope.opsets = opsets.empty() ? run->scope->opsets : &opsets;
  scope.depth = run->scope->depth + 1;
  if (!EnterBody(scope.depth, function.node_size() + function.input_size())) {
    run->problem = "its function calls too many others";
    return;
  }
  for (int i = 0; i < function.input_size(); ++i) {
    Fact& fact = scope.facts[function.input(i)];
    if (i < static_cast<int>(run->inputs.size()) && run->inputs[i] != nullptr) {
      fact = *run->inputs[i];
    } else if (i >= run->node->input_size() || run->node->input(i).empty()) {
      // For an input that is absent, nothing is known.
      scope.facts.erase(function.input(i));
    }
  }
  const CallAttributes attributes(function, *run->node);
  scope.attributes = &attributes;
  scope.returned = {function.output().begin(), function.output().end()};
  Operation::Body body;
  InferNodes(function.node(), &scope, [&](NodeRun* inner) {
    body.operations.push_back(OperationOf(inner));
  });
  for (int i = 0; i < function.output_size(); ++i) {
    const Fact* fact = FindFact(scope, function.output(i));
    if (fact == nullptr || i >= static_cast<int>(run->outputs.size())) continue;
    run->outputs[i] = *fact;
  }
  if (!record) return;
  run->bodies.push_back(std::move(body));
  run->inferred_bodies.push_back("");
}

}  // namespace dnncut
