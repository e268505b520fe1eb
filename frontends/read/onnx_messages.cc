// SPDX-License-Identifier: Apache-2.0
#include "frontends/read/onnx_messages.h"

namespace dnncut {

using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::NodeProto;

const ChildField* FindChildField(MessageKind parent, const WireField& field) {
  if (field.type != WireField::Type::kBytes) return nullptr;
  for (const ChildField& child : kChildFields) {
    if (child.parent == parent && child.number == field.number) return &child;
  }
  return nullptr;
}

bool DeclaresTensor(MessageKind parent, const WireField& field) {
  if (field.type != WireField::Type::kBytes) return false;
  const int number = field.number;
  switch (parent) {
    case MessageKind::kGraph:
      return number == GraphProto::kInputFieldNumber ||
             number == GraphProto::kOutputFieldNumber ||
             number == GraphProto::kValueInfoFieldNumber;
    case MessageKind::kNode:
      return number == NodeProto::kOutputFieldNumber;
    case MessageKind::kFunction:
      return number == FunctionProto::kInputFieldNumber ||
             number == FunctionProto::kOutputFieldNumber;
    default:
      return false;
  }
}

}  // namespace dnncut
