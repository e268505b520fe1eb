// SPDX-License-Identifier: Apache-2.0
//
// Changes that a copy of a model needs before ONNX Runtime gets it: names for
// all nodes by which they are known again, and weights as inputs or as zeros
// where only types are asked for, so that no weight is read. None of them
// changes what the nodes compute from the weights and inputs that they are
// given.
#include "tools/runtime/onnxruntime_model.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "compiler/base/checked_math.h"
#include "compiler/base/error.h"
#include "compiler/model/onnx_walk.h"

namespace dnncut {
namespace {

namespace onnx = ONNX_NAMESPACE;

using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

void NameNodes(Nodes* nodes, int64_t* counter);

// As deep as protobuf let the model nest.
void NameNodesInBodies(onnx::NodeProto* node, int64_t* counter) {
  for (onnx::AttributeProto& attribute : *node->mutable_attribute()) {
    if (attribute.has_g()) {
      NameNodes(attribute.mutable_g()->mutable_node(), counter);
    }
    for (onnx::GraphProto& body : *attribute.mutable_graphs()) {
      NameNodes(body.mutable_node(), counter);
    }
  }
}

// ONNX Runtime's profiler writes names into JSON as they are.
bool CanBeTraced(std::string_view name) {
  return std::none_of(name.begin(), name.end(), [](unsigned char c) {
    return c < ' ' || c == '"' || c == '\\';
  });
}

void NameNodes(Nodes* nodes, int64_t* counter) {
  for (onnx::NodeProto& node : *nodes) {
    // The old name stays in it for ONNX Runtime's messages.
    const bool stays = CanBeTraced(node.name());
    node.set_name(fmt::format("{}:{}", (*counter)++, stays ? node.name() : ""));
    NameNodesInBodies(&node, counter);
  }
}

void AddEntry(const char* key, std::string value, onnx::TensorProto* tensor) {
  auto* entry = tensor->add_external_data();
  entry->set_key(key);
  entry->set_value(std::move(value));
}

// The marked value of a Constant node, or null.
const onnx::TensorProto* MarkedValue(const onnx::NodeProto& node) {
  if (node.op_type() != "Constant" || !NormalDomain(node.domain()).empty() ||
      node.output_size() != 1) {
    return nullptr;
  }
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.has_t() && WeightOf(attribute.t())) return &attribute.t();
  }
  return nullptr;
}

onnx::ValueInfoProto InputLike(const onnx::TensorProto& tensor,
                               const std::string& name) {
  onnx::ValueInfoProto input;
  input.set_name(name);
  auto* type = input.mutable_type()->mutable_tensor_type();
  type->set_elem_type(tensor.data_type());
  type->mutable_shape();
  for (int64_t dim : tensor.dims()) {
    type->mutable_shape()->add_dim()->set_dim_value(dim);
  }
  return input;
}

}  // namespace

void NameNodes(onnx::ModelProto* model) {
  model->clear_training_info();
  int64_t counter = 0;
  int64_t index = 0;
  for (onnx::NodeProto& node : *model->mutable_graph()->mutable_node()) {
    node.set_name(fmt::format("{}{}:{}", kNodePrefix, index++, node.name()));
    NameNodesInBodies(&node, &counter);
  }
  for (onnx::FunctionProto& function : *model->mutable_functions()) {
    NameNodes(function.mutable_node(), &counter);
  }
}

bool TurnWeightsIntoInputs(onnx::ModelProto* model) {
  onnx::GraphProto* graph = model->mutable_graph();
  std::set<std::string> inputs;
  for (const auto& input : graph->input()) inputs.insert(input.name());
  auto add_input = [&](const onnx::TensorProto& tensor,
                       const std::string& name) {
    if (!inputs.insert(name).second) return;
    *graph->add_input() = InputLike(tensor, name);
  };

  google::protobuf::RepeatedPtrField<onnx::TensorProto> initializers;
  for (onnx::TensorProto& tensor : *graph->mutable_initializer()) {
    if (WeightOf(tensor)) {
      add_input(tensor, tensor.name());
    } else {
      initializers.Add(std::move(tensor));
    }
  }
  graph->mutable_initializer()->Swap(&initializers);

  Nodes nodes;
  for (onnx::NodeProto& node : *graph->mutable_node()) {
    if (const onnx::TensorProto* value = MarkedValue(node)) {
      add_input(*value, node.output(0));
    } else {
      nodes.Add(std::move(node));
    }
  }
  graph->mutable_node()->Swap(&nodes);

  bool any_left = false;
  ForEachTensor(std::as_const(*model), [&](const onnx::TensorProto& tensor) {
    any_left = any_left || WeightOf(tensor).has_value();
  });
  return !any_left;
}

ZeroWeights PointWeightsAtZeros(const std::vector<WeightData>& weights,
                                const std::string& file,
                                onnx::ModelProto* model) {
  ZeroWeights zeros;
  ForEachTensor(model, [&](onnx::TensorProto* tensor) {
    std::optional<WeightId> weight = WeightOf(*tensor);
    if (!weight) return;
    int64_t bytes = weights.at(static_cast<size_t>(*weight)).bytes;
    zeros.file_bytes = std::max(zeros.file_bytes, bytes);
    zeros.all_bytes =
        CheckedAdd(zeros.all_bytes, bytes, "the size of all weights");
    tensor->clear_external_data();
    AddEntry("location", file, tensor);
    AddEntry("offset", "0", tensor);
    AddEntry("length", std::to_string(bytes), tensor);
  });
  return zeros;
}

void ExposeTensors(onnx::GraphProto* graph) {
  std::set<std::string> outputs;
  for (onnx::ValueInfoProto& output : *graph->mutable_output()) {
    outputs.insert(output.name());
    if (output.type().has_tensor_type()) {
      output.mutable_type()->mutable_tensor_type()->clear_shape();
    }
  }
  for (const onnx::NodeProto& node : graph->node()) {
    for (const std::string& name : node.output()) {
      if (name.empty() || !outputs.insert(name).second) continue;
      graph->add_output()->set_name(name);
    }
  }
}

void ExposeRanks(const std::vector<std::string>& tensors,
                 onnx::GraphProto* graph) {
  int64_t counter = 0;
  for (const std::string& tensor : tensors) {
    onnx::NodeProto* node = graph->add_node();
    node->set_name(fmt::format("dnncut rank {}", counter++));
    node->set_op_type("Shape");
    node->add_input(tensor);
    node->add_output(kShapePrefix + tensor);
    graph->add_output()->set_name(kShapePrefix + tensor);
  }
}

bool ImportsDefaultDomain(const onnx::ModelProto& model) {
  return std::any_of(
      model.opset_import().begin(), model.opset_import().end(),
      [](const auto& import) { return NormalDomain(import.domain()).empty(); });
}

}  // namespace dnncut
