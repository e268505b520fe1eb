// SPDX-License-Identifier: Apache-2.0
#include "compiler/model/random_nodes.h"

#include <string_view>
#include <vector>

#include "compiler/model/source_model.h"
#include "compiler/model/tensor_data.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;

bool IsRandomOperator(const NodeProto& node) {
  static const std::set<std::string_view> kNames = {
      "Bernoulli",        "Multinomial",   "RandomNormal",
      "RandomNormalLike", "RandomUniform", "RandomUniformLike",
  };
  // Whatever the domain: com.microsoft and others have some of the same names.
  return kNames.contains(node.op_type());
}

// One element that is false or 0.
bool IsZero(const TensorProto& tensor) {
  if (WeightOf(tensor).has_value()) return false;  // is not in the message
  const DType dtype = DTypeFromOnnx(tensor.data_type());
  const std::string data = RawDataOf(tensor);
  if (data.empty() || std::ssize(data) * 8 != BitsOf(dtype)) return false;
  return NumberAt(dtype, data, 0) == 0.0;
}

bool MakesZero(const NodeProto& constant) {
  for (const auto& attribute : constant.attribute()) {
    if (attribute.has_t()) return IsZero(attribute.t());
    if (attribute.name() == "value_float") return attribute.f() == 0;
  }
  return false;
}

// Adds what Constant nodes of a graph or function make, bodies included, and
// what passes it on. Nodes stand in topological order.
template <typename Nodes>
void AddZeros(const Nodes& nodes, std::set<std::string>* names) {
  ForEachNode(nodes, [&](const NodeProto& node) {
    if (node.output_size() != 1) return;
    const bool passes_on = node.op_type() == "Identity" &&
                           node.input_size() == 1 &&
                           names->contains(node.input(0));
    if (passes_on || (node.op_type() == "Constant" && MakesZero(node))) {
      names->insert(node.output(0));
    }
  });
}

}  // namespace

RandomNodes::RandomNodes(const ModelProto& model)
    : index_(IndexFunctions(model)),
      random_functions_(model.functions_size(), false) {
  for (const auto& tensor : model.graph().initializer()) {
    if (IsZero(tensor)) zeros_.insert(tensor.name());
  }
  AddZeros(model.graph(), &zeros_);
  std::vector<int> pending;  // random functions whose callers are not yet so
  std::vector<std::vector<int>> callers(model.functions_size());
  const auto add = [&](int function) {
    if (random_functions_[function]) return;
    random_functions_[function] = true;
    pending.push_back(function);
  };
  for (int i = 0; i < model.functions_size(); ++i) {
    // Names in a function are its own.
    Names zeros;
    AddZeros(model.functions(i), &zeros);
    ForEachNode(model.functions(i), [&](const NodeProto& node) {
      if (IsRandomOperator(node) || DropsOut(node, zeros)) add(i);
      const auto called = index_.find(KeyOf(node));
      if (called != index_.end()) callers[called->second].push_back(i);
    });
  }
  // A function is as random as those that it calls.
  while (!pending.empty()) {
    const int function = pending.back();
    pending.pop_back();
    for (int caller : callers[function]) add(caller);
  }
}

bool RandomNodes::Contains(const NodeProto& node) const {
  bool random = false;
  ForEachNode(node, [&](const NodeProto& inner) {
    if (random || ContainsDirectly(inner)) random = true;
  });
  return random;
}

bool RandomNodes::ContainsDirectly(const NodeProto& node) const {
  if (!index_.empty()) {
    auto function = index_.find(KeyOf(node));
    if (function != index_.end()) return random_functions_[function->second];
  }
  return IsRandomOperator(node) || DropsOut(node, zeros_);
}

// Since opset 12 the inputs are the data, the ratio (0.5 when absent) and
// whether it trains (no when absent).
bool RandomNodes::DropsOut(const NodeProto& node, const Names& zeros) const {
  const auto given = [&](int index) {
    return index < node.input_size() && !node.input(index).empty();
  };
  if (node.op_type() != "Dropout" || !given(2)) return false;
  return !zeros.contains(node.input(2)) &&
         !(given(1) && zeros.contains(node.input(1)));
}

}  // namespace dnncut
