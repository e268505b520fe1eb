// SPDX-License-Identifier: Apache-2.0
#include "frontends/shapes/operations.h"

#include <fmt/format.h>

#include <utility>

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

// Nodes whose numbers and texts are weights: a Constant may spell its value so,
// and trees, support vectors and vocabularies of ai.onnx.ml stand in lists.
// Elsewhere such attributes are settings.
bool HoldsLists(const NodeProto& node) {
  return NormalDomain(node.domain()) == "ai.onnx.ml" ||
         node.op_type() == "Constant";
}

}  // namespace

Operation MakeOperation(const NodeProto& node, int64_t opset,
                        std::vector<Operand> inputs,
                        std::vector<OperandType> outputs) {
  Operation operation;
  operation.op_type = node.op_type();
  operation.domain = NormalDomain(node.domain());
  operation.opset = opset;
  for (Operand& input : inputs) {
    operation.inputs.push_back(std::move(input.type));
    operation.constant_inputs.push_back(input.constant);
  }
  operation.outputs = std::move(outputs);
  for (const auto& attribute : node.attribute()) {
    AddAttribute(attribute, &operation);
  }
  return operation;
}

InnerWeights WeightsInside(const NodeProto& node) {
  InnerWeights weights;
  const auto add = [](int64_t more, int64_t* sum) {
    *sum = CheckedAdd(*sum, more, "weights inside a node");
  };
  ForEachTensor(node, [&](const TensorProto& tensor) {
    const int64_t bytes = StoredBytes(tensor);
    add(bytes, &weights.memory_bytes);
    add(bytes, &weights.file_bytes);
    const TensorType type = TypeOfTensor(tensor);
    if (HasStaticSize(type)) {
      add(ElementCount(type.shape, tensor.name()), &weights.elements);
    }
  });
  ForEachNode(node, [&](const NodeProto& inner) {
    if (!HoldsLists(inner)) return;
    for (const auto& attribute : inner.attribute()) {
      const int64_t floats =
          attribute.floats_size() + (attribute.has_f() ? 1 : 0);
      const int64_t ints = attribute.ints_size() + (attribute.has_i() ? 1 : 0);
      int64_t text = static_cast<int64_t>(attribute.s().size());
      for (const auto& string : attribute.strings()) {
        text += static_cast<int64_t>(string.size());
      }
      const int64_t bytes = floats * static_cast<int64_t>(sizeof(float)) +
                            ints * static_cast<int64_t>(sizeof(int64_t)) + text;
      add(floats + ints, &weights.elements);
      add(bytes, &weights.memory_bytes);
      add(bytes, &weights.file_bytes);
    }
  });
  return weights;
}

}  // namespace dnncut
