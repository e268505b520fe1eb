// SPDX-License-Identifier: Apache-2.0
#include "frontends/shapes/operations.h"

#include <fmt/format.h>

#include "compiler/base/checked_math.h"
#include "compiler/model/onnx_walk.h"
#include "compiler/model/tensor_data.h"
#include "frontends/shapes/onnx_types.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;

// Files of IR version 1 may lack the type of an attribute.
AttributeProto::AttributeType TypeOf(const AttributeProto& attribute) {
  if (attribute.type() != AttributeProto::UNDEFINED) return attribute.type();
  if (attribute.has_i()) return AttributeProto::INT;
  if (attribute.has_f()) return AttributeProto::FLOAT;
  if (attribute.has_s()) return AttributeProto::STRING;
  if (attribute.ints_size() > 0) return AttributeProto::INTS;
  if (attribute.floats_size() > 0) return AttributeProto::FLOATS;
  return AttributeProto::UNDEFINED;
}

void AddAttribute(const AttributeProto& attribute, Operation* operation) {
  const std::string& name = attribute.name();
  switch (TypeOf(attribute)) {
    case AttributeProto::INT:
      operation->ints[name] = {attribute.i()};
      break;
    case AttributeProto::INTS:
      operation->ints[name] = {attribute.ints().begin(),
                               attribute.ints().end()};
      break;
    case AttributeProto::FLOAT:
      operation->floats[name] = {attribute.f()};
      break;
    case AttributeProto::FLOATS:
      operation->floats[name] = {attribute.floats().begin(),
                                 attribute.floats().end()};
      break;
    case AttributeProto::STRING:
      operation->strings[name] = attribute.s();
      break;
    default:
      break;
  }
}

}  // namespace

Operation MakeOperation(const NodeProto& node, int64_t opset,
                        const std::vector<Operand>& inputs,
                        const std::vector<TensorType>& outputs) {
  Operation operation;
  operation.op_type = node.op_type();
  operation.domain = NormalDomain(node.domain());
  operation.opset = opset;
  for (const Operand& input : inputs) {
    operation.inputs.push_back(input.type);
    operation.constant_inputs.push_back(input.constant);
  }
  operation.outputs = outputs;
  for (const auto& attribute : node.attribute()) {
    AddAttribute(attribute, &operation);
  }
  return operation;
}

int64_t BodyConstantBytes(const NodeProto& node) {
  int64_t bytes = 0;
  for (const auto* body : Bodies(node)) {
    ForEachTensor(*body, [&](const TensorProto& tensor) {
      bytes = CheckedAdd(bytes, StoredBytes(tensor), "weights of bodies");
    });
  }
  return bytes;
}

int64_t AttributeBytes(const NodeProto& node) {
  int64_t bytes = 0;
  auto add = [&](int64_t more) {
    bytes = CheckedAdd(bytes, more, "size of a node's attributes");
  };
  for (const auto& attribute : node.attribute()) {
    if (attribute.has_t()) add(StoredBytes(attribute.t()));
    for (const auto& tensor : attribute.tensors()) add(StoredBytes(tensor));
    if (attribute.has_sparse_tensor()) {
      add(StoredBytes(attribute.sparse_tensor().values()));
      add(StoredBytes(attribute.sparse_tensor().indices()));
    }
    // A Constant may also spell its value as a number or a list.
    if (node.op_type() != "Constant") continue;
    if (attribute.has_f()) add(sizeof(float));
    if (attribute.has_i()) add(sizeof(int64_t));
    add(static_cast<int64_t>(sizeof(float)) * attribute.floats_size());
    add(static_cast<int64_t>(sizeof(int64_t)) * attribute.ints_size());
    add(static_cast<int64_t>(attribute.s().size()));
    for (const auto& text : attribute.strings()) {
      add(static_cast<int64_t>(text.size()));
    }
  }
  return bytes;
}

}  // namespace dnncut
