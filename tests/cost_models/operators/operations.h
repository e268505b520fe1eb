// SPDX-License-Identifier: Apache-2.0
//
// Operations, networks and graphs made by hand, for the tests of cost_models/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/model/graph.h"
#include "cost_models/operators/operation_cost.h"

namespace dnncut {

using Shape = std::vector<int64_t>;

inline TensorType Typed(Shape shape, DType dtype = DType::kFloat32) {
  TensorType type;
  type.kind = TensorType::Kind::kTensor;
  type.dtype = dtype;
  type.has_rank = true;
  type.shape = std::move(shape);
  return type;
}

inline TensorType Absent() {
  TensorType type;
  type.kind = TensorType::Kind::kAbsent;
  return type;
}

inline Operation MakeOperation(std::string op_type,
                               std::vector<TensorType> inputs,
                               std::vector<TensorType> outputs,
                               std::string domain = "") {
  Operation operation;
  operation.op_type = std::move(op_type);
  operation.domain = std::move(domain);
  operation.opset = 17;
  operation.constant_inputs.assign(inputs.size(), false);
  operation.inputs.assign(inputs.begin(), inputs.end());
  operation.outputs.assign(outputs.begin(), outputs.end());
  return operation;
}

// A float32 operation of ONNX's own domain.
inline Operation Simple(std::string op_type, std::vector<Shape> inputs,
                        Shape output) {
  std::vector<TensorType> types;
  for (Shape& shape : inputs) types.push_back(Typed(std::move(shape)));
  return MakeOperation(std::move(op_type), std::move(types),
                       {Typed(std::move(output))});
}

// The same of ONNX Runtime's domain.
inline Operation Contrib(std::string op_type, std::vector<TensorType> inputs,
                         std::vector<TensorType> outputs) {
  return MakeOperation(std::move(op_type), std::move(inputs),
                       std::move(outputs), "com.microsoft");
}

inline int64_t Count(const Operation& operation) {
  return CountOperation(operation).operations;
}

inline TensorType Int8(Shape shape) {
  return Typed(std::move(shape), DType::kInt8);
}
inline TensorType Uint8(Shape shape) {
  return Typed(std::move(shape), DType::kUint8);
}

// A chain of layers: x -> "t0" -> "t1" ..., each with its own weights of
// `weight_bytes`.
inline Graph ChainGraph(std::vector<Operation> operations,
                        int64_t weight_bytes = 0) {
  Graph graph;
  graph.input_count = 1;
  Tensor input;
  input.name = "x";
  input.type = operations.front().inputs.front();
  graph.tensors.push_back(std::move(input));
  for (Operation& operation : operations) {
    const int id = static_cast<int>(graph.layers.size());
    Tensor tensor;
    tensor.name = "t" + std::to_string(id);
    tensor.type = operation.outputs.front();
    tensor.producer = id;
    graph.tensors[id].readers.push_back(id);
    graph.tensors.push_back(std::move(tensor));
    Layer layer;
    layer.name = "layer" + std::to_string(id);
    layer.node = id;
    layer.operation = std::move(operation);
    layer.inputs = {id};
    layer.outputs = {id + 1};
    if (weight_bytes > 0) {
      Constant constant;
      constant.name = "w" + std::to_string(id);
      constant.file_bytes = weight_bytes;
      constant.memory_bytes = weight_bytes;
      layer.constants = {static_cast<int>(graph.constants.size())};
      graph.constants.push_back(std::move(constant));
    }
    graph.layers.push_back(std::move(layer));
  }
  graph.tensors.back().is_result = true;
  return graph;
}

}  // namespace dnncut
