// SPDX-License-Identifier: Apache-2.0
#include "compiler/model/random_nodes.h"

#include <string_view>
#include <vector>

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

bool IsFalse(const TensorProto& tensor) {
  return tensor.data_type() == TensorProto::BOOL &&
         RawDataOf(tensor) == std::string(1, '\0');
}

// Of the Constant nodes in a graph or function, bodies included.
template <typename Nodes>
std::set<std::string> FalseConstants(const Nodes& nodes) {
  std::set<std::string> names;
  ForEachNode(nodes, [&](const NodeProto& node) {
    if (node.op_type() != "Constant" || node.output_size() != 1) return;
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_t() && IsFalse(attribute.t())) {
        names.insert(node.output(0));
      }
    }
  });
  return names;
}

}  // namespace

RandomNodes::RandomNodes(const ModelProto& model)
    : index_(IndexFunctions(model)),
      random_functions_(model.functions_size(), false) {
  off_ = FalseConstants(model.graph());
  for (const auto& tensor : model.graph().initializer()) {
    if (IsFalse(tensor)) off_.insert(tensor.name());
  }
  std::vector<int> pending;  // random functions whose callers are not yet so
  std::vector<std::vector<int>> callers(model.functions_size());
  const auto add = [&](int function) {
    if (random_functions_[function]) return;
    random_functions_[function] = true;
    pending.push_back(function);
  };
  for (int i = 0; i < model.functions_size(); ++i) {
    // Names in a function are its own.
    const Names off = FalseConstants(model.functions(i));
    ForEachNode(model.functions(i), [&](const NodeProto& node) {
      if (IsRandomOperator(node) || DropsOut(node, off)) add(i);
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
  return IsRandomOperator(node) || DropsOut(node, off_);
}

// The third input decides since opset 12; without it nothing is dropped.
bool RandomNodes::DropsOut(const NodeProto& node, const Names& off) const {
  return node.op_type() == "Dropout" && node.input_size() > 2 &&
         !node.input(2).empty() && !off.contains(node.input(2));
}

}  // namespace dnncut
