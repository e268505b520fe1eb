// SPDX-License-Identifier: Apache-2.0
//
// Takes what the user states of sizes: the type of a tensor of the main graph,
// and how often a Loop runs. What is inferred stands where the two contradict
// each other; stated_sizes.cc then tells the user.
//
// The elements' type need not be stated where it follows from who reads the
// tensor: an operator's definition says which of its operands have one type,
// and the weights of a convolution, say, have one.
#include <fmt/format.h>
#include <onnx/defs/data_type_utils.h>
#include <onnx/defs/schema.h>

#include <algorithm>
#include <set>

#include "frontends/shapes/onnx_types.h"
#include "frontends/shapes/type_engine.h"

namespace dnncut {

using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::OpSchema;
using ONNX_NAMESPACE::TypeProto;

namespace {

// Finds the type of a tensor's elements from the nodes that read it, and from
// those that read what these make of it.
class ElementTypes {
 public:
  ElementTypes(const GraphProto& graph, const Scope& scope)
      : graph_(graph), scope_(scope) {}

  // kUndefined: it does not follow.
  DType Find(const std::string& name) {
    if (!asked_.insert(name).second) return DType::kUndefined;
    for (const NodeProto& node : graph_.node()) {
      for (int i = 0; i < node.input_size(); ++i) {
        if (node.input(i) != name) continue;
        const DType dtype = AtInput(node, i);
        if (dtype != DType::kUndefined) return dtype;
      }
    }
    return DType::kUndefined;
  }

 private:
  DType AtInput(const NodeProto& node, int position) {
    const std::string domain(NormalDomain(node.domain()));
    const auto opset = scope_.opsets->find(domain);
    if (opset == scope_.opsets->end()) return DType::kUndefined;
    const OpSchema* schema = ONNX_NAMESPACE::OpSchemaRegistry::Schema(
        node.op_type(),
        static_cast<int>(std::min<int64_t>(opset->second, INT32_MAX)), domain);
    if (schema == nullptr) return DType::kUndefined;
    const auto* formal = Formal(schema->inputs(), position);
    if (formal == nullptr) return DType::kUndefined;
    if (formal->GetTypes().size() == 1) {
      const TypeProto& type = ONNX_NAMESPACE::Utils::DataTypeUtils::ToTypeProto(
          *formal->GetTypes().begin());
      return type.has_tensor_type()
                 ? DTypeFromOnnx(type.tensor_type().elem_type())
                 : DType::kUndefined;
    }
    const std::string& wanted = formal->GetTypeStr();
    for (int i = 0; i < node.input_size(); ++i) {
      if (i == position || !HasType(schema->inputs(), i, wanted)) continue;
      const DType known = Known(node.input(i));
      if (known != DType::kUndefined) return known;
    }
    for (int i = 0; i < node.output_size(); ++i) {
      if (!HasType(schema->outputs(), i, wanted)) continue;
      const DType known = Known(node.output(i));
      if (known != DType::kUndefined) return known;
      const DType follows = Find(node.output(i));
      if (follows != DType::kUndefined) return follows;
    }
    return DType::kUndefined;
  }

  // Null: the operator has no such operand, or one that says nothing.
  static const OpSchema::FormalParameter* Formal(
      const std::vector<OpSchema::FormalParameter>& formals, int position) {
    if (formals.empty()) return nullptr;
    const auto last = std::ssize(formals) - 1;
    const OpSchema::FormalParameter& formal =
        formals[std::min<int64_t>(position, last)];
    const bool variadic = formal.GetOption() == OpSchema::Variadic;
    if (position > last && !variadic) return nullptr;
    return variadic && !formal.GetIsHomogeneous() ? nullptr : &formal;
  }

  static bool HasType(const std::vector<OpSchema::FormalParameter>& formals,
                      int position, const std::string& wanted) {
    const auto* formal = Formal(formals, position);
    return formal != nullptr && formal->GetTypeStr() == wanted;
  }

  DType Known(const std::string& name) const {
    if (name.empty()) return DType::kUndefined;
    const Fact* fact = FindFact(scope_, name);
    if (fact != nullptr && fact->type.has_tensor_type()) {
      return DTypeFromOnnx(fact->type.tensor_type().elem_type());
    }
    const auto declared = scope_.declared.find(name);
    return declared == scope_.declared.end() ? DType::kUndefined
                                             : declared->second.dtype;
  }

  const GraphProto& graph_;
  const Scope& scope_;
  std::set<std::string> asked_;
};

// Is the type larger than the tensor gets?
bool Exceeds(const TensorType& type, const Fact& fact) {
  const std::vector<int64_t>& upper = fact.upper_shape;
  int64_t elements = 1;
  for (size_t i = 0; i < type.shape.size(); ++i) {
    if (i < upper.size() && upper[i] >= 0 && type.shape[i] > upper[i]) {
      return true;
    }
    if (__builtin_mul_overflow(elements, type.shape[i], &elements)) return true;
  }
  return fact.most_elements >= 0 && elements > fact.most_elements;
}

}  // namespace

void TypeEngine::TakeStated(const NodeRun& run, const std::string& name,
                            Fact* fact) const {
  if (run.scope->depth > 0 || run.refused) return;
  const auto stated = stated_.shapes.find(name);
  if (stated == stated_.shapes.end()) return;
  if (!fact->type.has_tensor_type() &&
      fact->type.value_case() != TypeProto::VALUE_NOT_SET) {
    return;
  }
  const TensorType inferred = TypeFromOnnx(fact->type);
  TensorType type = stated->second;
  if (Contradict(inferred, type) || Exceeds(type, *fact)) return;
  type = MergeTypes(inferred, type);
  if (type.dtype == DType::kUndefined) {
    type.dtype = ElementTypes(model_.graph(), *run.scope).Find(name);
  }
  fact->type = TypeToOnnx(type);
}

int64_t TypeEngine::StatedRuns(const NodeRun& run, int64_t runs,
                               int64_t most_runs) {
  auto stated = stated_.loops.find(run.node->name());
  for (const std::string& output : run.node->output()) {
    if (stated == stated_.loops.end()) stated = stated_.loops.find(output);
  }
  if (stated == stated_.loops.end()) return -1;
  const auto& [name, count] = *stated;
  if (count == runs) return runs;
  if (runs >= 0 || (most_runs >= 0 && count > most_runs)) {
    wrong_count_ = fmt::format("--loop-count {}={}: the Loop runs {} {} times",
                               name, count, runs >= 0 ? "exactly" : "at most",
                               runs >= 0 ? runs : most_runs);
    return -1;
  }
  if (std::find(counted_loops_.begin(), counted_loops_.end(), name) ==
      counted_loops_.end()) {
    counted_loops_.push_back(name);
  }
  return count;
}

}  // namespace dnncut
