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

#include "frontends/read/limits.h"
#include "frontends/read/onnx_text.h"
#include "frontends/shapes/onnx_types.h"
#include "frontends/shapes/type_engine.h"
#include "frontends/values/compute_values.h"

namespace dnncut {

using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;
using ONNX_NAMESPACE::TensorShapeProto;

namespace {

// "Conv 'conv1'", to be read: every tensor behind it may keep a copy.
std::string OperatorText(const NodeProto& node) {
  const std::string_view domain = NormalDomain(node.domain());
  const std::string op_type = Shortened(node.op_type());
  return fmt::format("{} {}",
                     domain.empty()
                         ? op_type
                         : fmt::format("{}.{}", Shortened(domain), op_type),
                     Quote(NameOf(node)));
}

void SetValue(KnownValue value, Fact* fact) {
  if (IsComplete(value)) {
    fact->computed = std::make_shared<TensorProto>(TensorOfValue(value));
    fact->data = fact->computed.get();
  } else if (value.dtype == DType::kInt64 && value.shape.size() <= 1 &&
             std::ssize(value.elements) <= kMaxRank) {
    auto symbolic = std::make_shared<TensorShapeProto>();
    for (const KnownElement& element : value.elements) {
      auto* dim = symbolic->add_dim();
      if (element.known) dim->set_dim_value(element.integer);
    }
    fact->symbolic = std::move(symbolic);
  }
  fact->value = std::make_shared<KnownValue>(std::move(value));
}

ValueInput ValueInputOf(const Fact* fact, bool present) {
  ValueInput input;
  input.present = present;
  if (fact == nullptr) return input;
  input.value = fact->value.get();
  TensorType type = TypeFromOnnx(fact->type);
  input.has_shape = type.has_rank;
  input.shape = std::move(type.shape);
  input.upper_shape = fact->upper_shape;
  return input;
}

// How many elements an operator has looked at, about.
int64_t StepsOf(const std::vector<ValueInput>& inputs,
                const std::optional<KnownValue>& result) {
  int64_t elements = 1;
  size_t rank = 0;
  for (const ValueInput& input : inputs) {
    if (input.value != nullptr) {
      elements = std::max(elements, std::ssize(input.value->elements));
    }
    rank = std::max(rank, input.shape.size());
  }
  if (result.has_value()) {
    elements = std::max(elements, std::ssize(result->elements));
  }
  return elements * std::ssize(inputs) * (static_cast<int64_t>(rank) + 1);
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
  // No operator makes few elements of so many inputs.
  if (node.output_size() == 0 || run->rules->value == nullptr ||
      node.input_size() > kMaxKnownElements) {
    return;
  }
  std::vector<ValueInput> inputs;
  for (int i = 0; i < node.input_size(); ++i) {
    inputs.push_back(ValueInputOf(run->inputs[i], !node.input(i).empty()));
  }
  if (value_steps_left_ <= 0) return;
  std::optional<KnownValue> value = run->rules->value(node, inputs);
  value_steps_left_ -= StepsOf(inputs, value);
  if (!value.has_value() || std::ssize(value->shape) > kMaxRank) return;
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
    return {Blame::Kind::kData, OperatorText(node), MayBeFolded(run.inputs)};
  }
  return {run.unknown ? Blame::Kind::kUnknown : Blame::Kind::kEngine,
          fmt::format("{}: {}", OperatorText(node),
                      run.problem.empty() ? "libonnx does not infer its sizes"
                                          : run.problem)};
}

void TypeEngine::Store(const std::string& name, Fact fact, Scope* scope) {
  if (fact.value != nullptr) {
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

void TypeEngine::Forget(const std::string& name, Scope* scope) {
  const auto found = scope->facts.find(name);
  if (found == scope->facts.end() || scope->returned.contains(name)) return;
  if (scope->finished != nullptr) {
    (*scope->finished)[name] = TypedOf(found->second);
  }
  scope->facts.erase(found);
  scope->operands.erase(name);
}

}  // namespace dnncut
