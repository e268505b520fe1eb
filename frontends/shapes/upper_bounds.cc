// SPDX-License-Identifier: Apache-2.0
//
// How large the open dims of a node's outputs get.
//
// First the operator's own rule is asked (upper_rules), which computes with
// ranges. What it leaves open is bounded by induction over the graph: where no
// size of a result shrinks when a size of an input grows, the result at its
// largest is that of the inputs at their largest, so the operator is inferred a
// second time with these. That happens only for nodes with open outputs and
// bounded inputs. Last comes what is known of all elements together
// (element_bounds).
#include <algorithm>

#include "frontends/shapes/onnx_types.h"
#include "frontends/shapes/rule_ranges.h"
#include "frontends/shapes/type_engine.h"

namespace dnncut {

namespace {

// Keeps of the ranges what the fact does not know: the rank, dims that can have
// one size only, and bounds of the others.
void TakeRanges(const std::vector<Range>& dims, Fact* fact) {
  TensorType type = TypeFromOnnx(fact->type);
  if (type.kind != TensorType::Kind::kTensor) return;
  if (!type.has_rank) {
    type.has_rank = true;
    type.shape.assign(dims.size(), -1);
  }
  if (type.shape.size() != dims.size()) return;
  TensorType computed = type;
  std::vector<int64_t> upper(dims.size(), -1);
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i].IsOne()) computed.shape[i] = dims[i].least;
    if (dims[i].most < INT64_MAX) upper[i] = dims[i].most;
  }
  fact->type = TypeToOnnx(MergeTypes(type, computed));
  // What is too large for a tensor is no bound.
  Sanitize(&fact->type);
  computed.shape = upper;
  fact->upper_shape = TypeFromOnnx(TypeToOnnx(computed)).shape;
}

// Keeps the bound of the elements where it says more than the dims do.
void TakeElements(int64_t most, Fact* fact) {
  const auto dims = DimRanges(*fact);
  const Range by_dims = dims.has_value() ? SizeIn(Product(*dims)) : kAnySize;
  // What is too large for a tensor is no bound: its bits are counted in int64.
  constexpr int64_t kMostOfATensor = INT64_MAX / 128;
  if (most < by_dims.most && most <= kMostOfATensor) fact->most_elements = most;
}

bool IsOpenFact(const Fact* fact) {
  return fact != nullptr && fact->type.has_tensor_type() &&
         !IsSettled(fact->type);
}

}  // namespace

void TypeEngine::BoundOutput(NodeRun* run, size_t index) {
  // A function may have the name of an operator.
  if (!run->problem.empty() || functions_.contains(KeyOf(*run->node))) return;
  BoundDims(run, index);
  // Of fixed sizes the operator must infer fixed ones: where it does not, the
  // node is wrong.
  if (run->rules->elements != nullptr &&
      (run->rules->sized_by_values ||
       std::any_of(run->inputs.begin(), run->inputs.end(), IsOpenFact))) {
    TakeElements(run->rules->elements(*run, index), &run->outputs[index]);
  }
}

void TypeEngine::BoundDims(NodeRun* run, size_t index) {
  Fact& output = run->outputs[index];
  if (run->rules->upper != nullptr) {
    const auto dims = run->rules->upper(*run, index);
    if (dims.has_value()) TakeRanges(*dims, &output);
  }
  if (!run->rules->monotone || IsStatic(LargestType(output))) return;
  if (!run->largest.has_value()) InferAtLargest(run);
  const TensorType& largest = (*run->largest)[index];
  const TensorType type = TypeFromOnnx(output.type);
  if (!largest.has_rank || largest.shape.size() != type.shape.size()) return;
  output.upper_shape.resize(type.shape.size(), -1);
  for (size_t i = 0; i < type.shape.size(); ++i) {
    int64_t& upper = output.upper_shape[i];
    if (upper < 0) upper = largest.shape[i];
  }
}

void TypeEngine::InferAtLargest(NodeRun* run) {
  run->largest.emplace(run->outputs.size());
  Scope scope;
  scope.outer = run->scope;
  scope.opsets = run->scope->opsets;
  scope.depth = run->scope->depth;
  bool bounded = false;
  for (int i = 0; i < run->node->input_size(); ++i) {
    const Fact* fact = run->inputs[i];
    if (!IsOpenFact(fact)) continue;
    Fact& largest = scope.facts[run->node->input(i)];
    largest.type = TypeToOnnx(LargestType(*fact));
    bounded = bounded || !fact->upper_shape.empty();
  }
  if (!bounded) return;
  NodeRun again;
  again.node = run->node;
  again.scope = &scope;
  again.rules = run->rules;
  again.opset = run->opset;
  for (const auto& name : run->node->input()) {
    again.inputs.push_back(name.empty() ? nullptr : FindFact(scope, name));
  }
  again.outputs.resize(run->outputs.size());
  InferOperator(&again);
  if (!again.problem.empty()) return;
  for (size_t i = 0; i < again.outputs.size(); ++i) {
    (*run->largest)[i] = LargestType(again.outputs[i]);
  }
}

}  // namespace dnncut
