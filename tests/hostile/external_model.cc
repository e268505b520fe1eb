// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/external_model.h"

#include "tests/frontends/loading.h"

namespace dnncut {

using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::TensorProto;

TensorProto ExternalTensor(const std::string& name, const Entries& entries) {
  TensorProto tensor;
  tensor.set_name(name);
  tensor.add_dims(kElements);
  tensor.set_data_type(TensorProto::FLOAT);
  tensor.set_data_location(TensorProto::EXTERNAL);
  for (const auto& [key, value] : entries) {
    auto* entry = tensor.add_external_data();
    entry->set_key(key);
    entry->set_value(value);
  }
  return tensor;
}

ModelProto EmptyModel() {
  return ModelFromText(
      "<ir_version: 8, opset_import: [\"\" : 17]>\n"
      "main (float[1024] x) => (float[1024] y) { y = Relu(x) }");
}

ModelProto ExternalModel(const Entries& entries) {
  ModelProto model = EmptyModel();
  model.mutable_graph()->clear_node();
  AddNode("Add", {"x", "w"}, {"y"}, model.mutable_graph());
  *model.mutable_graph()->add_initializer() = ExternalTensor("w", entries);
  return model;
}

std::string Outside(const std::string& location, const std::string& why) {
  return "error[E215]: MODEL: tensor 'w' has its data in the file '" +
         location + "', " + why +
         "; a location must be a path relative to the model's folder that "
         "stays inside it";
}

}  // namespace dnncut
