// SPDX-License-Identifier: Apache-2.0
#include "tests/backends/test_models.h"

#include "tests/backends/halves/split_model.h"
#include "tests/onnx_parts.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;

// A Constant node's value of `count` floats.
void SetConstant(int64_t count, int seed, ONNX_NAMESPACE::NodeProto* node) {
  auto* attribute = node->add_attribute();
  attribute->set_name("value");
  attribute->set_type(AttributeProto::TENSOR);
  attribute->mutable_t()->set_data_type(TensorProto::FLOAT);
  attribute->mutable_t()->add_dims(count);
  attribute->mutable_t()->set_raw_data(FloatData(count, seed));
}

template <typename Message>
void AddUnknownField(const std::string& text, Message* message) {
  message->GetReflection()->MutableUnknownFields(message)->AddLengthDelimited(
      90, text);
}

}  // namespace

ModelProto ChainModel() {
  ModelProto model = ParseModel(R"(
    <ir_version: 8, opset_import: ["" : 13, "com.unused" : 1],
     producer_name: "tester", producer_version: "7", domain: "org.example",
     model_version: 42, doc_string: "about the model">
    chain (float[1, 512] x) => (float[1, 512] y, float[1, 512] z) {
      a = Add(x, w1)
      b = Mul(a, w2)
      c = Relu(b)
      d = Sub(c, a)
      y = Add(d, w1)
      z = Relu(c)
    })");
  auto* graph = model.mutable_graph();
  graph->set_doc_string("about the graph");
  AddInitializer("w1", {512}, 1, graph);
  AddInitializer("w2", {1, 512}, 2, graph);
  AddInitializer("nobody_reads_it", {512}, 3, graph);
  auto* info = graph->add_value_info();
  info->set_name("b");
  info->set_doc_string("a declared type");
  info->mutable_type()->set_denotation("TENSOR");
  info->mutable_type()->mutable_tensor_type()->set_elem_type(
      TensorProto::FLOAT);
  for (const int64_t dim : {1, 512}) {
    info->mutable_type()
        ->mutable_tensor_type()
        ->mutable_shape()
        ->add_dim()
        ->set_dim_value(dim);
  }
  auto* entry = model.add_metadata_props();
  entry->set_key("license");
  entry->set_value("none");
  return model;
}

ModelProto OldModel() {
  ModelProto model = ParseModel(R"(
    <ir_version: 3, opset_import: ["" : 8]>
    old (float[1, 300] x, float[300] w1, float[300] w2, float[2] unused)
        => (float[1, 300] y) {
      a = Add(x, w1)
      b = Relu(a)
      y = Mul(b, w2)
    })");
  AddInitializer("w1", {300}, 1, model.mutable_graph());
  AddInitializer("w2", {300}, 2, model.mutable_graph());
  AddInitializer("unused", {2}, 3, model.mutable_graph());
  return model;
}

ModelProto CaptureModel() {
  ModelProto model = ParseModel(R"(
    <ir_version: 8, opset_import: ["" : 13]>
    captures (float[1, 300] x, bool flag) => (float[1, 300] y) {
      a = Relu(x)
      far = Abs(x)
      b = Neg(a)
      c = If(flag) <
        then_branch = then_graph () => (float[1, 300] t) {
          t0 = Add(b, inner_w)
          t = If(flag) <
            then_branch = deep_then () => (float[1, 300] tt) {
              k = Constant()
              k1 = Mul(far, k)
              tt = Add(k1, t0)
            },
            else_branch = deep_else () => (float[1, 300] te) {
              te = Add(t0, deep_w)
            }
          >
        },
        else_branch = else_graph () => (float[1, 300] e) {
          e = Identity(far)
        }
      >
      y = Add(c, a)
    })");
  auto* graph = model.mutable_graph();
  AddInitializer("inner_w", {300}, 1, graph);
  AddInitializer("deep_w", {300}, 2, graph);
  auto* then_graph = graph->mutable_node(3)->mutable_attribute(0)->mutable_g();
  auto* deep_then =
      then_graph->mutable_node(1)->mutable_attribute(0)->mutable_g();
  SetConstant(300, 3, deep_then->mutable_node(0));
  AddInitializer("body_w", {300}, 4, then_graph);
  return model;
}

ModelProto FunctionModel() {
  ModelProto model = ParseModel(R"(
    <ir_version: 8,
     opset_import: ["" : 15, "outer" : 1, "inner" : 2, "idle" : 3]>
    functions (float[1, 300] x, bool flag) => (float[1, 300] y) {
      a = outer.Twice(x)
      b = Relu(a)
      c = If(flag) <
        then_branch = then_graph () => (float[1, 300] t) {
          t = inner.FromBody(b)
        },
        else_branch = else_graph () => (float[1, 300] e) {
          e = Identity(b)
        }
      >
      y = Neg(c)
    }
    <domain: "outer", opset_import: ["" : 15, "inner" : 2]>
    Twice (p) => (q) {
      h = inner.Shift(p)
      q = inner.Shift(h)
    }
    <domain: "inner", opset_import: ["" : 15]>
    Shift (p) => (q) {
      k = Constant()
      q = Add(p, k)
    }
    <domain: "inner", opset_import: ["" : 15]>
    FromBody (p) => (q) {
      q = Relu(p)
    }
    <domain: "idle", opset_import: ["" : 15]>
    Unused (p) => (q) {
      q = Relu(p)
    })");
  SetConstant(300, 1, model.mutable_functions(1)->mutable_node(0));
  return model;
}

ModelProto OutputModel() {
  ModelProto model = ParseModel(R"(
    <ir_version: 8, opset_import: ["" : 13]>
    outputs (float[4] x, float[4] u)
        => (float[4] x, float[4] a, float[300] w, float[300] k, float[4] y,
            float[4] a) {
      a = Relu(x)
      k = Neg(w)
      b = Add(a, u)
      y = Neg(b)
    })");
  AddInitializer("w", {300}, 1, model.mutable_graph());
  return model;
}

ModelProto RareFieldsModel() {
  ModelProto model = ParseModel(R"(
    <ir_version: 8, opset_import: ["" : 13]>
    rare (float[3, 4] x) => (float[3, 5] y) {
      a = Relu(x)
      b = Neg(a)
      y = MatMul(b, s)
    })");
  auto* graph = model.mutable_graph();
  for (const std::string name : {"a_scale", "a_zero", "b_scale"}) {
    AddInitializer(name, {1}, 1, graph);
  }
  const auto annotate = [&](const std::string& tensor,
                            const std::vector<std::string>& parameters) {
    auto* annotation = graph->add_quantization_annotation();
    annotation->set_tensor_name(tensor);
    for (const std::string& parameter : parameters) {
      auto* entry = annotation->add_quant_parameter_tensor_names();
      entry->set_key(parameter == tensor + "_zero" ? "ZERO_POINT_TENSOR"
                                                   : "SCALE_TENSOR");
      entry->set_value(parameter);
    }
  };
  annotate("a", {"a_scale", "a_zero"});
  annotate("b", {"b_scale"});
  auto* sparse = graph->add_sparse_initializer();
  sparse->add_dims(4);
  sparse->add_dims(5);
  auto* values = sparse->mutable_values();
  values->set_name("s");
  values->set_data_type(TensorProto::FLOAT);
  values->add_dims(2);
  values->set_raw_data(FloatData(2, 9));
  auto* indices = sparse->mutable_indices();
  indices->set_data_type(TensorProto::INT64);
  indices->add_dims(2);
  indices->add_int64_data(3);
  indices->add_int64_data(17);
  AddUnknownField("model", &model);
  AddUnknownField("graph", graph);
  for (auto& node : *graph->mutable_node()) AddUnknownField("node", &node);
  AddUnknownField("tensor", graph->mutable_initializer(0));
  AddUnknownField("input", graph->mutable_input(0));
  return model;
}

ModelProto ConstantNodeModel() {
  ModelProto model = ParseModel(R"(
    <ir_version: 8, opset_import: ["" : 13]>
    constants (float[300] x) => (float[300] y) {
      k = Constant()
      one = Constant <value_float: float = 1.0> ()
      k1 = Add(k, one)
      p, q = Split(w)
      a = Mul(x, k1)
      b = Add(a, q)
      y = Mul(b, k1)
    })");
  SetConstant(300, 1, model.mutable_graph()->mutable_node(0));
  AddInitializer("w", {600}, 2, model.mutable_graph());
  return model;
}

ModelProto HiddenNameModel() {
  return ParseModel(R"(
    <ir_version: 8, opset_import: ["" : 13]>
    hidden (float[4] x, bool flag) => (float[4] z) {
      a = If(flag) <
        then_branch = then_graph () => (float[4] p) {
          t = Relu(x)
          p = Abs(t)
        },
        else_branch = else_graph () => (float[4] q) {
          q = Neg(x)
        }
      >
      t = Tanh(x)
      y = Add(a, t)
      z = Relu(y)
    })");
}

ModelProto SizesModel() {
  return ParseModel(R"(
    <ir_version: 8, opset_import: ["" : 15]>
    sizes (float[batch, 6] x) => (float[batch, 6] y, int64[1] n) {
      first = Constant <value_ints = [0]> ()
      rest = Constant <value_ints = [3, 2]> ()
      all = Constant <value_ints = [6]> ()
      shape = Shape (x)
      batch = Gather <axis = 0> (shape, first)
      parts = Concat <axis = 0> (batch, rest)
      flat = Concat <axis = 0> (batch, all)
      a = Sigmoid (x)
      b = Reshape (a, parts)
      c = Transpose <perm = [0, 2, 1]> (b)
      d = Reshape (c, flat)
      inner = Shape (d)
      e = Neg (d)
      y = Expand (e, inner)
      again = Shape (y)
      last = Constant <value_ints = [1]> ()
      n = Slice (again, first, last)
    })");
}

std::vector<TestModel> AllTestModels() {
  return {{"Chain", ChainModel()},
          {"Old", OldModel()},
          {"Capture", CaptureModel()},
          {"Function", FunctionModel()},
          {"Output", OutputModel()},
          {"RareFields", RareFieldsModel()},
          {"ConstantNode", ConstantNodeModel()},
          {"HiddenName", HiddenNameModel()},
          {"Sizes", SizesModel()}};
}

}  // namespace dnncut
