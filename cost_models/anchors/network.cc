// SPDX-License-Identifier: Apache-2.0
#include "cost_models/anchors/network.h"

#include <fmt/format.h>

#include <algorithm>

#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

TensorType Float(Shape shape) {
  TensorType type;
  type.kind = TensorType::Kind::kTensor;
  type.dtype = DType::kFloat32;
  type.has_rank = true;
  type.shape = std::move(shape);
  return type;
}

Operation Operator(const std::string& op) {
  Operation operation;
  operation.op_type = op;
  operation.opset = 17;
  return operation;
}

}  // namespace

NetTensor Network::Input(Shape shape) {
  const TensorId id = static_cast<TensorId>(graph_.tensors.size());
  ++graph_.input_count;
  graph_.tensors.push_back({.name = "x", .type = Float(shape)});
  return {id, std::move(shape)};
}

NetTensor Network::Add(Operation operation,
                       const std::vector<NetTensor>& inputs,
                       const std::vector<Shape>& weights, Shape output) {
  const LayerId id = static_cast<LayerId>(graph_.layers.size());
  Layer layer;
  layer.node = id;
  for (const NetTensor& input : inputs) {
    operation.inputs.push_back(Float(input.shape));
    operation.constant_inputs.push_back(false);
    layer.inputs.push_back(input.id);
  }
  for (const Shape& weight : weights) {
    operation.inputs.push_back(Float(weight));
    operation.constant_inputs.push_back(true);
    layer.constants.push_back(static_cast<ConstantId>(graph_.constants.size()));
    graph_.constants.push_back(
        {.type = Float(weight), .memory_bytes = TensorBytes(Float(weight))});
  }
  operation.outputs.push_back(Float(output));
  std::sort(layer.inputs.begin(), layer.inputs.end());
  layer.inputs.erase(std::unique(layer.inputs.begin(), layer.inputs.end()),
                     layer.inputs.end());
  for (const TensorId input : layer.inputs) {
    graph_.tensors[input].readers.push_back(id);
  }
  const TensorId made = static_cast<TensorId>(graph_.tensors.size());
  layer.outputs = {made};
  layer.name = fmt::format("t{}", made);
  layer.operation = std::move(operation);
  graph_.tensors.push_back(
      {.name = layer.name, .type = Float(output), .producer = id});
  graph_.layers.push_back(std::move(layer));
  return {made, std::move(output)};
}

NetTensor Network::Conv(const NetTensor& x, int64_t channels, int64_t kernel,
                        int64_t stride, int64_t groups, int64_t pad) {
  if (pad < 0) pad = kernel / 2;
  const auto size = [&](int64_t in) {
    return (in + 2 * pad - kernel) / stride + 1;
  };
  Operation conv = Operator("Conv");
  conv.ints = {{"group", {groups}},
               {"kernel_shape", {kernel, kernel}},
               {"strides", {stride, stride}},
               {"pads", {pad, pad, pad, pad}}};
  return Add(std::move(conv), {x},
             {{channels, x.shape[1] / groups, kernel, kernel}, {channels}},
             {x.shape[0], channels, size(x.shape[2]), size(x.shape[3])});
}

NetTensor Network::Depthwise(const NetTensor& x, int64_t kernel,
                             int64_t stride) {
  return Conv(x, x.shape[1], kernel, stride, x.shape[1]);
}

NetTensor Network::Dense(const NetTensor& x, int64_t features) {
  Shape output = x.shape;
  output.back() = features;
  const Shape weights = {x.shape.back(), features};
  if (x.shape.size() == 2) {
    return Add(Operator("Gemm"), {x}, {weights, {features}}, output);
  }
  const NetTensor y = Add(Operator("MatMul"), {x}, {weights}, output);
  return Add(Operator("Add"), {y}, {{features}}, output);
}

NetTensor Network::MatMul(const NetTensor& a, const NetTensor& b) {
  Shape output = a.shape;
  output.back() = b.shape.back();
  return Add(Operator("MatMul"), {a, b}, {}, output);
}

NetTensor Network::Pool(const NetTensor& x, const std::string& op,
                        int64_t kernel, int64_t stride, int64_t pad,
                        bool ceil) {
  const auto size = [&](int64_t in) {
    const int64_t span = in + 2 * pad - kernel;
    return (ceil ? (span + stride - 1) / stride : span / stride) + 1;
  };
  Operation pool = Operator(op);
  pool.ints = {{"kernel_shape", {kernel, kernel}},
               {"strides", {stride, stride}}};
  return Add(std::move(pool), {x}, {},
             {x.shape[0], x.shape[1], size(x.shape[2]), size(x.shape[3])});
}

NetTensor Network::GlobalPool(const NetTensor& x) {
  return Add(Operator("GlobalAveragePool"), {x}, {},
             {x.shape[0], x.shape[1], 1, 1});
}

NetTensor Network::Same(const std::string& op,
                        const std::vector<NetTensor>& inputs) {
  return Add(Operator(op), inputs, {}, inputs.front().shape);
}

NetTensor Network::Silu(const NetTensor& x) {
  return Same("Mul", {x, Same("Sigmoid", {x})});
}

NetTensor Network::Concat(const std::vector<NetTensor>& inputs) {
  Shape output = inputs.front().shape;
  output[1] = 0;
  for (const NetTensor& input : inputs) output[1] += input.shape[1];
  Operation concat = Operator("Concat");
  concat.ints = {{"axis", {1}}};
  return Add(std::move(concat), inputs, {}, output);
}

NetTensor Network::Reshape(const std::string& op, const NetTensor& x,
                           Shape shape) {
  return Add(Operator(op), {x}, {}, std::move(shape));
}

}  // namespace dnncut
