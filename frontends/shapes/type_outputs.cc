// SPDX-License-Identifier: Apache-2.0
//
// What is kept of a node's outputs once its schema and bodies have been asked.
//
// What the schema, the values and the file say of an output is merged; they can
// only add to each other, and where the file contradicts what was computed, the
// computed type stands. An output whose type stays open carries the blame: that
// of its inputs if one of them is open, else the node itself.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "frontends/shapes/onnx_types.h"
#include "frontends/shapes/type_engine.h"
#include "frontends/values/compute_values.h"

namespace dnncut {

using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;
using ONNX_NAMESPACE::TensorShapeProto;

namespace {

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
    TakeStated(*run, node.output(i), &fact);
    if (!IsSettled(fact.type)) {
      if (fact.blame.kind == Blame::Kind::kNone) fact.blame = blame;
      if (fact.blame.kind == Blame::Kind::kNone) fact.blame = BlameNode(*run);
    } else {
      fact.blame = {};
      fact.upper_shape.clear();
      fact.most_elements = -1;
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
            fmt::format("{} '{}'", OperatorName(node), NameOf(node)),
            MayBeFolded(run.inputs)};
  }
  return {run.unknown ? Blame::Kind::kUnknown : Blame::Kind::kEngine,
          fmt::format("{} '{}': {}", OperatorName(node), NameOf(node),
                      run.problem.empty() ? "libonnx does not infer its sizes"
                                          : run.problem)};
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

}  // namespace dnncut
