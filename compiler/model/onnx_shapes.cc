// SPDX-License-Identifier: Apache-2.0
#include "compiler/model/onnx_shapes.h"

namespace dnncut {

using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorShapeProto;
using ONNX_NAMESPACE::TypeProto;
using ONNX_NAMESPACE::ValueInfoProto;

namespace {

void VisitType(const std::string& name, TypeProto* type,
               const ShapeMutator& visit) {
  TensorShapeProto* shape = ShapeOf(type);
  if (shape != nullptr) visit(name, shape);
}

void VisitNode(NodeProto* node, const ShapeMutator& visit) {
  for (auto& attribute : *node->mutable_attribute()) {
    if (attribute.has_tp()) {
      VisitType(attribute.name(), attribute.mutable_tp(), visit);
    }
    for (TypeProto& type : *attribute.mutable_type_protos()) {
      VisitType(attribute.name(), &type, visit);
    }
    if (attribute.has_g()) ForEachShape(attribute.mutable_g(), visit);
    for (GraphProto& graph : *attribute.mutable_graphs()) {
      ForEachShape(&graph, visit);
    }
  }
}

}  // namespace

TensorShapeProto* ShapeOf(TypeProto* type) {
  switch (type->value_case()) {
    case TypeProto::kTensorType:
      return type->tensor_type().has_shape()
                 ? type->mutable_tensor_type()->mutable_shape()
                 : nullptr;
    case TypeProto::kSparseTensorType:
      return type->sparse_tensor_type().has_shape()
                 ? type->mutable_sparse_tensor_type()->mutable_shape()
                 : nullptr;
    case TypeProto::kSequenceType:
      return ShapeOf(type->mutable_sequence_type()->mutable_elem_type());
    case TypeProto::kOptionalType:
      return ShapeOf(type->mutable_optional_type()->mutable_elem_type());
    case TypeProto::kMapType:
      return ShapeOf(type->mutable_map_type()->mutable_value_type());
    default:
      return nullptr;
  }
}

void ForEachShape(GraphProto* graph, const ShapeMutator& visit) {
  for (auto* list : {graph->mutable_input(), graph->mutable_output(),
                     graph->mutable_value_info()}) {
    for (ValueInfoProto& info : *list) {
      // Asking for a type that is missing would make one.
      if (info.has_type()) VisitType(info.name(), info.mutable_type(), visit);
    }
  }
  for (NodeProto& node : *graph->mutable_node()) VisitNode(&node, visit);
}

void ForEachShape(FunctionProto* function, const ShapeMutator& visit) {
  for (NodeProto& node : *function->mutable_node()) VisitNode(&node, visit);
}

}  // namespace dnncut
