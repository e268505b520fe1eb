// SPDX-License-Identifier: Apache-2.0
//
// Adds nodes, weights and types together, so that a model that was built is
// valid and needs no inference: each layer computes the shape of what it makes
// from that of what it reads. Weights are described by how to fill them and
// written later, one at a time (write_model.cc): no model is held in memory.
#include "tools/examples/model_builder.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "compiler/model/dtype.h"
#include "compiler/model/source_model.h"
#include "compiler/model/tensor_data.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;

// He's initialisation, spread evenly: activations keep their variance.
WeightRange HeRange(int64_t fan_in) {
  return {.spread = std::sqrt(6.0f / static_cast<float>(fan_in)),
          .light = 1.0f / static_cast<float>(fan_in)};
}

constexpr WeightRange kBias{.spread = 0.05f};
constexpr WeightRange kGain{.center = 1, .spread = 0.25f, .light = 1};

AttributeProto* AddAttribute(NodeProto* node, const std::string& name,
                             AttributeProto::AttributeType type) {
  AttributeProto* attribute = node->add_attribute();
  attribute->set_name(name);
  attribute->set_type(type);
  return attribute;
}

void SetWindow(NodeProto* node, int64_t kernel, int64_t stride, int64_t pad) {
  SetInts(node, "kernel_shape", {kernel, kernel});
  SetInts(node, "strides", {stride, stride});
  SetInts(node, "pads", {pad, pad, pad, pad});
}

int64_t Window(int64_t size, int64_t kernel, int64_t stride, int64_t pad,
               bool ceil) {
  return (size + 2 * pad - kernel + (ceil ? stride - 1 : 0)) / stride + 1;
}

}  // namespace

void SetInt(NodeProto* node, const std::string& name, int64_t value) {
  AddAttribute(node, name, AttributeProto::INT)->set_i(value);
}

void SetInts(NodeProto* node, const std::string& name,
             const std::vector<int64_t>& values) {
  AttributeProto* attribute = AddAttribute(node, name, AttributeProto::INTS);
  for (int64_t value : values) attribute->add_ints(value);
}

void SetFloat(NodeProto* node, const std::string& name, float value) {
  AddAttribute(node, name, AttributeProto::FLOAT)->set_f(value);
}

void SetString(NodeProto* node, const std::string& name,
               const std::string& value) {
  AddAttribute(node, name, AttributeProto::STRING)->set_s(value);
}

ModelBuilder::ModelBuilder(const std::string& graph_name,
                           const ExampleOptions& options)
    : options_(options) {
  graph_.set_name(graph_name);
}

void ModelBuilder::Claim(const std::string& name) {
  if (!names_.insert(name).second) {
    throw std::logic_error("two things are called " + name);
  }
}

void ModelBuilder::SetType(const Activation& value, int32_t data_type,
                           ONNX_NAMESPACE::ValueInfoProto* info) const {
  info->set_name(value.name);
  auto* type = info->mutable_type()->mutable_tensor_type();
  type->set_elem_type(data_type);
  for (size_t i = 0; i < value.shape.size(); ++i) {
    auto* dim = type->mutable_shape()->add_dim();
    if (value.shape[i] < 0) continue;
    if (i == 0 && options_.symbolic_batch) {
      dim->set_dim_param("batch");
    } else {
      dim->set_dim_value(value.shape[i]);
    }
  }
}

Activation ModelBuilder::Input(const std::string& name, int32_t data_type,
                               std::vector<int64_t> shape) {
  Claim(name);
  Activation value{name, std::move(shape)};
  SetType(value, data_type, graph_.add_input());
  return value;
}

void ModelBuilder::Output(const Activation& value, const std::string& name) {
  Claim(name);
  for (NodeProto& node : *graph_.mutable_node()) {
    std::replace(node.mutable_input()->begin(), node.mutable_input()->end(),
                 value.name, name);
    std::replace(node.mutable_output()->begin(), node.mutable_output()->end(),
                 value.name, name);
  }
  SetType({name, value.shape}, TensorProto::FLOAT, graph_.add_output());
}

NodeProto* ModelBuilder::AddNode(const std::string& op,
                                 const std::vector<Activation>& inputs,
                                 const std::string& name, int outputs) {
  Claim(name);
  NodeProto* node = graph_.add_node();
  node->set_op_type(op);
  node->set_name(name);
  for (const Activation& input : inputs) node->add_input(input.name);
  for (int i = 0; i < outputs; ++i) {
    std::string output = outputs == 1 ? fmt::format("{}_output", name)
                                      : fmt::format("{}_output_{}", name, i);
    Claim(output);
    node->add_output(output);
  }
  return node;
}

Activation ModelBuilder::Add(const std::string& op,
                             const std::vector<Activation>& inputs,
                             const std::string& name,
                             std::vector<int64_t> shape) {
  return {AddNode(op, inputs, name, 1)->output(0), std::move(shape)};
}

Activation ModelBuilder::Weights(const std::string& name,
                                 std::vector<int64_t> dims,
                                 const WeightRange& range, bool trained) {
  int64_t count = ElementCount(dims, name);
  if (trained) parameters_ += count;
  int64_t bytes = count * int64_t{sizeof(float)};
  Activation value{name, std::move(dims)};
  if (options_.light && bytes > kInlineBytes) {
    Activation shape = Int64s(value.shape);
    NodeProto* node = AddNode("ConstantOfShape", {shape}, name + ".fill", 0);
    Claim(name);
    node->add_output(name);
    TensorProto* fill =
        AddAttribute(node, "value", AttributeProto::TENSOR)->mutable_t();
    fill->set_data_type(TensorProto::FLOAT);
    fill->add_dims(1);
    fill->add_float_data(range.light);
    return value;
  }
  Claim(name);
  initializers_.push_back({.name = name,
                           .dims = value.shape,
                           .bytes = bytes,
                           .center = range.center,
                           .spread = range.spread});
  return value;
}

Activation ModelBuilder::Literal(const std::string& name, int32_t data_type,
                                 std::vector<int64_t> dims, std::string bytes) {
  Activation value{name, std::move(dims)};
  if (names_.insert(name).second) {
    int64_t size = static_cast<int64_t>(bytes.size());
    initializers_.push_back({.name = name,
                             .data_type = data_type,
                             .dims = value.shape,
                             .bytes = size,
                             .literal = std::move(bytes)});
  }
  return value;
}

Activation ModelBuilder::Scalar(float value) {
  return Literal(fmt::format("scalar_{}", value), TensorProto::FLOAT, {},
                 RawBytes<float>({value}));
}

Activation ModelBuilder::Int64s(const std::vector<int64_t>& values) {
  return Literal(fmt::format("ints_{}", fmt::join(values, "_")),
                 TensorProto::INT64, {static_cast<int64_t>(values.size())},
                 RawBytes(values));
}

Activation ModelBuilder::Conv(const Activation& x, const std::string& name,
                              const ConvSpec& spec) {
  int64_t group_channels = x.shape[1] / spec.groups;
  int64_t fan_in = group_channels * spec.kernel * spec.kernel;
  std::vector<Activation> inputs = {
      x, Weights(name + ".weight",
                 {spec.channels, group_channels, spec.kernel, spec.kernel},
                 HeRange(fan_in))};
  if (spec.bias) {
    inputs.push_back(Weights(name + ".bias", {spec.channels}, kBias));
  }
  NodeProto* node = AddNode("Conv", inputs, name, 1);
  SetInts(node, "dilations", {1, 1});
  SetInt(node, "group", spec.groups);
  SetWindow(node, spec.kernel, spec.stride, spec.pad);
  auto size = [&](int64_t in) {
    return Window(in, spec.kernel, spec.stride, spec.pad, false);
  };
  return {node->output(0),
          {x.shape[0], spec.channels, size(x.shape[2]), size(x.shape[3])}};
}

Activation ModelBuilder::ConvTranspose(const Activation& x,
                                       const std::string& name,
                                       const ConvSpec& spec) {
  // With stride = kernel every output has x.shape[1] terms.
  Activation weight = Weights(
      name + ".weight", {x.shape[1], spec.channels, spec.kernel, spec.kernel},
      HeRange(x.shape[1]));
  Activation bias = Weights(name + ".bias", {spec.channels}, kBias);
  NodeProto* node = AddNode("ConvTranspose", {x, weight, bias}, name, 1);
  SetWindow(node, spec.kernel, spec.stride, spec.pad);
  auto size = [&](int64_t in) {
    return (in - 1) * spec.stride + spec.kernel - 2 * spec.pad;
  };
  return {node->output(0),
          {x.shape[0], spec.channels, size(x.shape[2]), size(x.shape[3])}};
}

Activation ModelBuilder::BatchNorm(const Activation& x,
                                   const std::string& name) {
  int64_t channels = x.shape[1];
  Activation gain = Weights(name + ".weight", {channels}, kGain);
  Activation bias = Weights(name + ".bias", {channels}, kBias);
  Activation mean = Weights(name + ".running_mean", {channels}, kBias, false);
  Activation variance =
      Weights(name + ".running_var", {channels}, kGain, false);
  NodeProto* node =
      AddNode("BatchNormalization", {x, gain, bias, mean, variance}, name, 1);
  SetFloat(node, "epsilon", 1e-5f);
  return {node->output(0), x.shape};
}

Activation ModelBuilder::LayerNorm(const Activation& x, const std::string& name,
                                   float epsilon) {
  Activation gain = Weights(name + ".weight", {x.shape.back()}, kGain);
  Activation bias = Weights(name + ".bias", {x.shape.back()}, kBias);
  NodeProto* node = AddNode("LayerNormalization", {x, gain, bias}, name, 1);
  SetInt(node, "axis", -1);
  SetFloat(node, "epsilon", epsilon);
  return {node->output(0), x.shape};
}

Activation ModelBuilder::Gemm(const Activation& x, const std::string& name,
                              int64_t features) {
  int64_t fan_in = x.shape.back();
  Activation weight =
      Weights(name + ".weight", {features, fan_in}, HeRange(fan_in));
  Activation bias = Weights(name + ".bias", {features}, kBias);
  NodeProto* node = AddNode("Gemm", {x, weight, bias}, name, 1);
  SetInt(node, "transB", 1);
  return {node->output(0), {x.shape[0], features}};
}

Activation ModelBuilder::Linear(const Activation& x, const std::string& name,
                                int64_t features) {
  int64_t fan_in = x.shape.back();
  Activation weight =
      Weights(name + ".weight", {fan_in, features}, HeRange(fan_in));
  Activation product = MatMul(x, weight, name + ".MatMul");
  Activation bias = Weights(name + ".bias", {features}, kBias);
  return Binary("Add", product, bias, name + ".Add");
}

Activation ModelBuilder::Pool(const std::string& op, const Activation& x,
                              const std::string& name, const PoolSpec& spec) {
  NodeProto* node = AddNode(op, {x}, name, 1);
  SetWindow(node, spec.kernel, spec.stride, spec.pad);
  SetInt(node, "ceil_mode", spec.ceil ? 1 : 0);
  auto size = [&](int64_t in) {
    return Window(in, spec.kernel, spec.stride, spec.pad, spec.ceil);
  };
  return {node->output(0),
          {x.shape[0], x.shape[1], size(x.shape[2]), size(x.shape[3])}};
}

Activation ModelBuilder::MaxPool(const Activation& x, const std::string& name,
                                 const PoolSpec& spec) {
  return Pool("MaxPool", x, name, spec);
}

Activation ModelBuilder::AveragePool(const Activation& x,
                                     const std::string& name,
                                     const PoolSpec& spec) {
  return Pool("AveragePool", x, name, spec);
}

Activation ModelBuilder::GlobalAveragePool(const Activation& x,
                                           const std::string& name) {
  return Add("GlobalAveragePool", {x}, name, {x.shape[0], x.shape[1], 1, 1});
}

Activation ModelBuilder::Flatten(const Activation& x, const std::string& name) {
  int64_t features = ElementCount(x.shape, name) / x.shape[0];
  NodeProto* node = AddNode("Flatten", {x}, name, 1);
  SetInt(node, "axis", 1);
  return {node->output(0), {x.shape[0], features}};
}

Activation ModelBuilder::Concat(const std::vector<Activation>& values,
                                const std::string& name, int64_t axis) {
  NodeProto* node = AddNode("Concat", values, name, 1);
  SetInt(node, "axis", axis);
  std::vector<int64_t> shape = values[0].shape;
  shape[axis] = 0;
  for (const Activation& value : values) shape[axis] += value.shape[axis];
  return {node->output(0), shape};
}

Activation ModelBuilder::Upsample(const Activation& x,
                                  const std::string& name) {
  Activation scales = Literal("upsample_scales", TensorProto::FLOAT, {4},
                              RawBytes<float>({1, 1, 2, 2}));
  NodeProto* node = AddNode("Resize", {x, {}, scales}, name, 1);
  SetString(node, "coordinate_transformation_mode", "asymmetric");
  SetString(node, "mode", "nearest");
  SetString(node, "nearest_mode", "floor");
  return {node->output(0),
          {x.shape[0], x.shape[1], 2 * x.shape[2], 2 * x.shape[3]}};
}

Activation ModelBuilder::MatMul(const Activation& a, const Activation& b,
                                const std::string& name) {
  std::vector<int64_t> shape = a.shape;
  shape.back() = b.shape.back();
  return Add("MatMul", {a, b}, name, shape);
}

Activation ModelBuilder::Softmax(const Activation& x, const std::string& name) {
  NodeProto* node = AddNode("Softmax", {x}, name, 1);
  SetInt(node, "axis", -1);
  return {node->output(0), x.shape};
}

Activation ModelBuilder::Reshape(const Activation& x, const std::string& name,
                                 std::vector<int64_t> shape) {
  std::vector<int64_t> target = shape;
  target[0] = 0;  // copies the batch, whatever it is
  return Add("Reshape", {x, Int64s(target)}, name, std::move(shape));
}

Activation ModelBuilder::Transpose(const Activation& x, const std::string& name,
                                   const std::vector<int64_t>& order) {
  NodeProto* node = AddNode("Transpose", {x}, name, 1);
  SetInts(node, "perm", order);
  std::vector<int64_t> shape;
  for (int64_t axis : order) shape.push_back(x.shape[axis]);
  return {node->output(0), shape};
}

Activation ModelBuilder::Embedding(const Activation& ids,
                                   const std::string& name,
                                   const Activation& table) {
  std::vector<int64_t> shape = ids.shape;
  shape.push_back(table.shape[1]);
  return Add("Gather", {table, ids}, name, shape);
}

Activation ModelBuilder::Unary(const std::string& op, const Activation& x,
                               const std::string& name) {
  return Add(op, {x}, name, x.shape);
}

Activation ModelBuilder::Binary(const std::string& op, const Activation& a,
                                const Activation& b, const std::string& name) {
  return Add(op, {a, b}, name, a.shape);
}

}  // namespace dnncut
