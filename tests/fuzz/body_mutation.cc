// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/body_mutation.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/model/onnx_walk.h"
#include "tests/onnx_parts.h"

namespace dnncut {
namespace {

using google::protobuf::RepeatedPtrField;
using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;

GraphProto* AddBody(const std::string& name, NodeProto* node) {
  AttributeProto* const attribute = node->add_attribute();
  attribute->set_name(name);
  attribute->set_type(AttributeProto::GRAPH);
  attribute->mutable_g()->set_name(name);
  return attribute->mutable_g();
}

// With outputs of other names: none may stand twice in a graph and its bodies.
NodeProto* AddCopy(const NodeProto& node, Random* random, GraphProto* body) {
  NodeProto* const copy = body->add_node();
  *copy = node;
  for (std::string& output : *copy->mutable_output()) {
    if (!output.empty()) output = FreshName(random);
  }
  return copy;
}

void SetInput(const std::string& name, NodeProto* node) {
  if (node->input_size() == 0) {
    node->add_input(name);
  } else {
    node->set_input(0, name);
  }
}

std::string FirstOutput(const NodeProto& node) {
  return node.output_size() == 0 ? "" : node.output(0);
}

}  // namespace

std::string FreshName(Random* random) {
  return fmt::format("f{}", random->Below(100'000));
}

void RenameInNodes(const std::string& old, const std::string& name,
                   RepeatedPtrField<NodeProto>* nodes) {
  for (NodeProto& node : *nodes) {
    for (auto* names : {node.mutable_input(), node.mutable_output()}) {
      std::replace(names->begin(), names->end(), old, name);
    }
  }
}

NodeProto IfOf(const NodeProto& node, const std::string& condition,
               Random* random) {
  NodeProto made;
  made.set_op_type("If");
  made.add_input(condition);
  *made.mutable_output() = node.output();
  for (const char* branch : {"then_branch", "else_branch"}) {
    GraphProto* const body = AddBody(branch, &made);
    const NodeProto* const copy = AddCopy(node, random, body);
    for (const std::string& output : copy->output()) {
      body->add_output()->set_name(output);
    }
  }
  return made;
}

NodeProto LoopOf(const NodeProto& node, Random* random) {
  NodeProto made;
  made.set_op_type("Loop");
  made.add_input("");
  made.add_input("");
  made.add_input(node.input_size() == 0 ? "" : node.input(0));
  made.add_output(FirstOutput(node));
  GraphProto* const body = AddBody("body", &made);
  AddScalar(TensorProto::INT64, FreshName(random), body->mutable_input());
  const std::string go_on = FreshName(random);
  AddScalar(TensorProto::BOOL, go_on, body->mutable_input());
  const std::string carried = FreshName(random);
  body->add_input()->set_name(carried);
  NodeProto* const copy = AddCopy(node, random, body);
  SetInput(carried, copy);
  NodeProto* const condition = body->add_node();
  condition->set_op_type("Identity");
  condition->add_input(go_on);
  condition->add_output(FreshName(random));
  AddScalar(TensorProto::BOOL, condition->output(0), body->mutable_output());
  body->add_output()->set_name(FirstOutput(*copy));
  if (random->Chance(1, 3)) {  // and one that is collected
    made.add_output(FreshName(random));
    body->add_output()->set_name(FirstOutput(*copy));
  }
  return made;
}

NodeProto ScanOf(const NodeProto& node, Random* random) {
  NodeProto made;
  made.set_op_type("Scan");
  made.add_input(node.input_size() == 0 ? "" : node.input(0));
  made.add_output(FirstOutput(node));
  AddInteger("num_scan_inputs", 1, &made);
  GraphProto* const body = AddBody("body", &made);
  const std::string element = FreshName(random);
  body->add_input()->set_name(element);
  NodeProto* const copy = AddCopy(node, random, body);
  SetInput(element, copy);
  body->add_output()->set_name(FirstOutput(*copy));
  return made;
}

NodeProto CallOf(const NodeProto& node, Random* random, ModelProto* model) {
  constexpr const char* kDomain = "fuzz";
  NodeProto made;
  made.set_domain(kDomain);
  made.set_op_type(fmt::format("F{}", random->Below(1000)));
  *made.mutable_output() = node.output();
  auto* const function = model->add_functions();
  function->set_domain(kDomain);
  function->set_name(made.op_type());
  for (const std::string& name : ReadNames(node)) {
    made.add_input(name);
    function->add_input(name);
  }
  *function->mutable_output() = node.output();
  *function->add_node() = node;
  *function->mutable_opset_import() = model->opset_import();
  model->set_ir_version(std::max<int64_t>(model->ir_version(), 8));
  const auto& imports = model->opset_import();
  if (std::none_of(imports.begin(), imports.end(), [&](const auto& import) {
        return import.domain() == kDomain;
      })) {
    auto* const import = model->add_opset_import();
    import->set_domain(kDomain);
    import->set_version(1);
  }
  return made;
}

}  // namespace dnncut
