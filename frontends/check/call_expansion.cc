// SPDX-License-Identifier: Apache-2.0
#include "frontends/check/call_expansion.h"

#include <algorithm>

#include "frontends/read/call_attributes.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;

constexpr int64_t kFar = int64_t{1} << 60;

void Increase(int64_t more, int64_t* sum) {
  *sum = std::min(*sum + more, kFar);
}

int64_t Product(int64_t a, int64_t b) {
  return a == 0 || b <= kFar / a ? a * b : kFar;
}

int64_t BytesOf(const google::protobuf::Message& message) {
  return static_cast<int64_t>(message.ByteSizeLong());
}

}  // namespace

int64_t Expansion::Size::CopiesOf(const std::string& attribute) const {
  const auto found = copies.find(attribute);
  return found == copies.end() ? 0 : found->second;
}

Expansion::Expansion(const ModelProto& model, const FunctionIndex& index,
                     const std::vector<int>& order)
    : index_(index), sizes_(order.size()) {
  for (int function : order) {
    AddFunction(model.functions(function), &sizes_[function]);
  }
}

void Expansion::AddFunction(const FunctionProto& function, Size* size) {
  size->all.bytes = BytesOf(function);
  ForEachNode(function, [&](const NodeProto&) { ++size->all.nodes; });
  for (const NodeProto& node : function.node()) AddNode(node, 1, size);
  for (const AttributeProto& attribute : AttributeDefaults(function)) {
    Increase(Product(BytesOf(attribute), size->CopiesOf(attribute.name())),
             &size->all.bytes);
  }
}

// A graph that is given to a call stands there, and wherever the function
// refers to it; so do the calls in it.
void Expansion::AddNode(const NodeProto& node, int64_t weight,
                        Size* size) const {
  Increase(weight - 1, &size->all.nodes);
  const auto found = index_.find(KeyOf(node));
  const Size* callee = found == index_.end() ? nullptr : &sizes_[found->second];
  if (callee != nullptr) {
    Increase(Product(weight, callee->all.nodes), &size->all.nodes);
    Increase(Product(weight, callee->all.bytes), &size->all.bytes);
  }
  for (const AttributeProto& attribute : node.attribute()) {
    const int64_t copies =
        callee == nullptr ? 0 : callee->CopiesOf(attribute.name());
    const int64_t stands = Product(weight, copies + 1);
    Increase(Product(Product(weight, copies), BytesOf(attribute)),
             &size->all.bytes);
    if (!attribute.ref_attr_name().empty()) {
      Increase(stands, &size->copies[attribute.ref_attr_name()]);
    }
    const auto add_body = [&](const GraphProto& body) {
      for (const NodeProto& inner : body.node()) AddNode(inner, stands, size);
    };
    if (attribute.has_g()) add_body(attribute.g());
    for (const GraphProto& body : attribute.graphs()) add_body(body);
  }
}

Expanded Expansion::Add(const NodeProto& node) {
  AddNode(node, 1, &main_);
  return main_.all;
}

}  // namespace dnncut
