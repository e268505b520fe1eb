// SPDX-License-Identifier: Apache-2.0
//
// Walks over the shapes that a model declares, to change them.
#pragma once

#include <onnx/onnx_pb.h>

#include <functional>
#include <string>

namespace dnncut {

// The shape in a type: of the tensor itself, or of the tensors in a sequence,
// map or optional. Null when there is none.
ONNX_NAMESPACE::TensorShapeProto* ShapeOf(ONNX_NAMESPACE::TypeProto* type);

// Every shape that is declared for an input, output or other tensor, or stands
// in an attribute; bodies included. `name` is that of the tensor or attribute.
using ShapeMutator = std::function<void(
    const std::string& name, ONNX_NAMESPACE::TensorShapeProto* shape)>;
void ForEachShape(ONNX_NAMESPACE::GraphProto* graph, const ShapeMutator& visit);
void ForEachShape(ONNX_NAMESPACE::FunctionProto* function,
                  const ShapeMutator& visit);

}  // namespace dnncut
