// SPDX-License-Identifier: Apache-2.0
//
// Small models that would cost much if what is known of a tensor were copied
// from node to node, or a function from call to call.
#include <fmt/format.h>

#include <string>

#include "frontends/read/onnx_messages.h"
#include "tests/frontends/loading.h"
#include "tests/hostile/vector.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorShapeProto;
using ONNX_NAMESPACE::TypeProto;

Vector Costly(const std::string& row, const std::string& name,
              const std::function<ModelProto()>& make,
              std::vector<std::string> lines = {}, int exit_code = 0) {
  return {row, name, [=](const Site& site) { site.Save(make()); }, exit_code,
          std::move(lines)};
}

// v has 4,096 elements, which are known; `nodes` make d of it.
ModelProto OfALongValue(const std::string& nodes) {
  std::string text =
      "<ir_version: 8, opset_import: [\"\" : 17, \"local\" : 1]>\n"
      "main (float[4096] x) => (float[] y) {\nv0 = Shape(x)\n";
  for (int i = 0; i < 12; ++i) {
    text += fmt::format("v{} = Concat<axis = 0>(v{}, v{})\n", i + 1, i, i);
  }
  return ModelFromText(text + "v = Identity(v12)\n" + nodes +
                       "f = Cast<to = 1>(d)\n"
                       "y = ReduceSum<keepdims = 0>(f)\n}");
}

std::string ListOf(const std::string& text, int count) {
  std::string all = text;
  for (int i = 1; i < count; ++i) all += ", " + text;
  return all;
}

// Functions with many inputs, each of which calls the next.
ModelProto LongValueGivenOn(int calls, int inputs) {
  ModelProto model =
      OfALongValue("d = local.f0(" + ListOf("v", inputs) + ")\n");
  for (int i = 0; i < calls; ++i) {
    const bool is_last = i + 1 == calls;
    AddFunction(Numbered("f", i), {}, &model);
    FunctionProto* function = model.mutable_functions(i);
    function->clear_input();
    function->clear_node();
    for (int j = 0; j < inputs; ++j) function->add_input(Numbered("a", j));
    NodeProto* node = AddNode(is_last ? "Identity" : Numbered("f", i + 1),
                              {"a0"}, {"b0"}, function);
    if (is_last) continue;
    node->set_domain(std::string("local"));
    *node->mutable_input() = function->input();
  }
  model.mutable_opset_import()->DeleteSubrange(2, 1);
  return model;
}

std::vector<Vector> Values() {
  const std::string row = "known values";
  std::string slices = "d = Sub(v, v)\n";
  for (int i = 0; i < 20; ++i) {
    slices += fmt::format("s{} = Slice(v, d, v, d)\n", i);
  }
  return {
      Costly(row, "ConcatOfLongValues",
             [] {
               return OfALongValue("d = Concat<axis = 0>(" +
                                   ListOf("v", 3'000) + ")\n");
             }),
      Costly(row, "MaxOfLongValues",
             [] {
               return OfALongValue("d = Max(" + ListOf("v", 20'000) + ")\n");
             }),
      Costly(row, "SlicesAlongOneAxisManyTimes",
             [=] { return OfALongValue(slices); }),
      Costly(row, "LongValueGivenOn", [] { return LongValueGivenOn(20, 150); }),
  };
}

// x -> Relu or Identity, again and again -> y.
ModelProto Chain(const std::string& op_type, int nodes) {
  ModelProto model = ReluModel();
  GraphProto* graph = model.mutable_graph();
  graph->clear_node();
  std::string last = "x";
  for (int i = 0; i < nodes; ++i) {
    const std::string next = i + 1 == nodes ? "y" : Numbered("v", i);
    AddNode(op_type, {last}, {next}, graph);
    last = next;
  }
  graph->mutable_output(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->clear_shape();
  return model;
}

TensorShapeProto* ShapeOfX(ModelProto* model) {
  return model->mutable_graph()
      ->mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape();
}

// x has so many dims besides.
void AddDims(int count, const TensorShapeProto::Dimension& dim,
             ModelProto* model) {
  for (int i = 0; i < count; ++i) *ShapeOfX(model)->add_dim() = dim;
}

// A function that is called often, each of whose nodes reads the same tensor of
// many dims again and again.
ModelProto ManyInputsOfManyDims() {
  constexpr int kCalls = 20;
  constexpr int kNodes = 60;
  ModelProto model = Chain("f0", kCalls);
  for (NodeProto& node : *model.mutable_graph()->mutable_node()) {
    node.set_domain(std::string("local"));
  }
  AddFunction("f0", {}, &model);
  FunctionProto* function = model.mutable_functions(0);
  for (int i = 0; i < kNodes; ++i) {
    AddNode("Foo", std::vector<std::string>(250, "a"), {Numbered("r", i)},
            function);
  }
  TensorShapeProto::Dimension one;
  one.set_dim_value(1);
  AddDims(63, one, &model);
  return model;
}

std::vector<Vector> LongDimNames() {
  constexpr int kDims = 8;
  const std::string row = "names of dims";
  const std::string name(60'000, 'n');
  TensorShapeProto::Dimension named;
  named.set_dim_param(name);
  TensorShapeProto::Dimension denoted;
  denoted.set_dim_value(1);
  denoted.set_denotation(name);
  return {
      Costly("types of operands", "ManyInputsOfManyDims", ManyInputsOfManyDims),
      Costly(
          row, "LongNamesOfDims",
          [=] {
            ModelProto model = Chain("Relu", 600);
            AddDims(kDims, named, &model);
            return model;
          },
          {"error[E310]: the size of 'x', 'v0', 'v1' and 598 more depends on "
           "what the model leaves free: 'nnnn<library>"},
          3),
      Costly(row, "LongDenotationsOfDims",
             [=] {
               ModelProto model = Chain("Relu", 600);
               AddDims(kDims, denoted, &model);
               return model;
             }),
      Costly(row, "LongNamesOfDimsInASequence",
             [=] {
               ModelProto model = Chain("Identity", 600);
               AddDims(kDims, named, &model);
               TypeProto* type =
                   model.mutable_graph()->mutable_input(0)->mutable_type();
               const TypeProto element = *type;
               *type->mutable_sequence_type()->mutable_elem_type() = element;
               *model.mutable_graph()->mutable_output(0)->mutable_type() =
                   *type;
               return model;
             }),
      Costly(
          "names of nodes", "LongNameOfAnUnknownOperator",
          [=] {
            ModelProto model = Chain("Relu", 1'000);
            AddFunction("unused", {}, &model);
            NodeProto* node = model.mutable_graph()->mutable_node(0);
            node->set_op_type("Foo");
            node->set_domain("local");
            node->set_name(name);
            return model;
          },
          {"error[E311]: the size of 'v0', 'v1', 'v2' and 996 more cannot be "
           "inferred (local.Foo 'nnnn<library>"},
          3),
  };
}

// x -> f0 -> y; f0 has a default of its attribute a.
ModelProto WithDefault(const AttributeProto& value) {
  ModelProto model = ReluModel();
  NodeProto* call = model.mutable_graph()->mutable_node(0);
  call->set_op_type("f0");
  call->set_domain("local");
  AddFunction("f0", {}, &model);
  AttributeProto named = value;
  named.set_name("a");
  model.mutable_functions(0)->mutable_unknown_fields()->AddLengthDelimited(
      kAttributeDefaultsField, named.SerializeAsString());
  return model;
}

AttributeProto* AddReference(NodeProto* node) {
  AttributeProto* attribute = AddAttribute("given", node);
  attribute->set_ref_attr_name("a");
  return attribute;
}

ModelProto ManyReferencesToADefault() {
  AttributeProto value;
  value.set_s(std::string(60'000, 'x'));
  ModelProto model = WithDefault(value);
  FunctionProto* function = model.mutable_functions(0);
  for (int i = 0; i < 2'000; ++i) {
    AddReference(AddNode("Foo", {"a"}, {Numbered("r", i)}, function));
  }
  return model;
}

ModelProto DefaultThatRefersToItself(bool in_a_graph) {
  AttributeProto value;
  if (in_a_graph) {
    AddReference(AddNode("If", {"c"}, {"r"}, value.mutable_g()));
  } else {
    value.set_ref_attr_name("a");
  }
  ModelProto model = WithDefault(value);
  AddReference(model.mutable_functions(0)->mutable_node(0));
  return model;
}

// f0 refers often to the graph that it is given, which calls f1, which has many
// nodes.
ModelProto GraphGivenToManyNodes() {
  ModelProto model = ReluModel();
  NodeProto* call = model.mutable_graph()->mutable_node(0);
  call->set_op_type("f0");
  call->set_domain("local");
  AttributeProto* given = AddAttribute("a", call);
  given->set_type(AttributeProto::GRAPH);
  AddNode("f1", {"x"}, {"r"}, given->mutable_g())->set_domain("local");
  given->mutable_g()->add_output()->set_name(std::string("r"));
  AddFunction("f0", {}, &model);
  AddFunction("f1", {}, &model);
  for (int i = 0; i < 1'000; ++i) {
    AddReference(
        AddNode("If", {"a"}, {Numbered("r", i)}, model.mutable_functions(0)));
    AddNode("Relu", {"a"}, {Numbered("r", i)}, model.mutable_functions(1));
  }
  return model;
}

std::vector<Vector> Defaults() {
  const std::string row = "attribute_proto";
  const std::string expanded =
      "error[E225]: MODEL: the functions that the model calls have more than ";
  const std::string at_f0 =
      " when every call is replaced by the function's nodes (reached at "
      "function 'f0'); --limit ";
  return {
      Costly(row, "ManyReferencesToADefault", ManyReferencesToADefault,
             {expanded + "67108864 bytes" + at_f0 +
              "graph-bytes=SIZE allows more"},
             3),
      Costly(
          row, "DefaultThatRefersToItself",
          [] { return DefaultThatRefersToItself(false); },
          {"error[E223]: MODEL: function 'f0': the default of the attribute "
           "'a' refers to the attribute 'a'; a default must be a value"},
          3),
      Costly(
          row, "DefaultThatHoldsItself",
          [] { return DefaultThatRefersToItself(true); },
          {"error[E223]: MODEL: function 'f0': the default of the attribute "
           "'a' is a graph, which dnncut does not follow; give it where the "
           "function is called"},
          3),
      Costly(
          "exponential functions", "GraphGivenToManyNodes",
          GraphGivenToManyNodes,
          {expanded + "100000 nodes" + at_f0 + "expanded-nodes=N allows more"},
          3),
  };
}

// Each tensor is an output, and a little smaller than the one before: nearly
// every cut is best somewhere, of as many as there are layers.
ModelProto ChainOfOutputs(int layers) {
  ModelProto model = ReluModel();
  GraphProto* graph = model.mutable_graph();
  graph->clear_node();
  graph->clear_output();
  const auto declare = [&](int i, ONNX_NAMESPACE::ValueInfoProto* info) {
    info->set_name(Numbered("t", i));
    auto* type = info->mutable_type()->mutable_tensor_type();
    type->set_elem_type(ONNX_NAMESPACE::TensorProto::FLOAT);
    type->clear_shape();
    for (const int64_t dim : {1, 1, 2 * layers - i}) {
      type->mutable_shape()->add_dim()->set_dim_value(dim);
    }
  };
  declare(0, graph->mutable_input(0));
  for (int i = 0; i < layers; ++i) {
    NodeProto* node = AddNode("AveragePool", {Numbered("t", i)},
                              {Numbered("t", i + 1)}, graph);
    AttributeProto* kernel = AddAttribute("kernel_shape", node);
    kernel->set_type(AttributeProto::INTS);
    kernel->add_ints(2);
    declare(i + 1, graph->add_output());
  }
  return model;
}

std::vector<Vector> Cuts() {
  Vector chain = Costly("chain of outputs", "ChainOfOutputs",
                        [] { return ChainOfOutputs(500); });
  chain.compile_flags = {"--rtt", "0"};
  return {chain};
}

}  // namespace

std::vector<Vector> CostVectors() {
  return Join({Values(), LongDimNames(), Defaults(), Cuts()});
}

}  // namespace dnncut
