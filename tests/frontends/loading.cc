// SPDX-License-Identifier: Apache-2.0
#include "tests/frontends/loading.h"

#include <fmt/format.h>
#include <onnx/defs/parser.h>

#include "frontends/onnx_frontend.h"
#include "tests/backends/temp_folder.h"

namespace dnncut {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::FunctionProto;
using ONNX_NAMESPACE::GraphProto;
using ONNX_NAMESPACE::ModelProto;
using ONNX_NAMESPACE::NodeProto;

namespace {

NodeProto* Fill(const std::string& op_type,
                const std::vector<std::string>& inputs,
                const std::vector<std::string>& outputs, NodeProto* node) {
  node->set_op_type(op_type);
  for (const auto& input : inputs) node->add_input(input);
  for (const auto& output : outputs) node->add_output(output);
  return node;
}

}  // namespace

ModelProto ModelFromText(const std::string& text) {
  ModelProto model;
  const auto status = ONNX_NAMESPACE::OnnxParser::Parse(model, text.c_str());
  EXPECT_TRUE(status.IsOK()) << status.ErrorMessage() << "\n" << text;
  return model;
}

ModelProto SmallModel(const std::string& nodes) {
  return ModelFromText(
      "<ir_version: 8, opset_import: [\"\" : 17]>\n"
      "main (float[4] x) => (float[4] y) {\n" +
      nodes + "\n}");
}

ModelProto ReluModel() { return SmallModel("y = Relu(x)"); }

NodeProto* AddNode(const std::string& op_type,
                   const std::vector<std::string>& inputs,
                   const std::vector<std::string>& outputs, GraphProto* graph) {
  return Fill(op_type, inputs, outputs, graph->add_node());
}

NodeProto* AddNode(const std::string& op_type,
                   const std::vector<std::string>& inputs,
                   const std::vector<std::string>& outputs,
                   FunctionProto* function) {
  return Fill(op_type, inputs, outputs, function->add_node());
}

AttributeProto* AddAttribute(const std::string& name, NodeProto* node) {
  AttributeProto* attribute = node->add_attribute();
  attribute->set_name(name);
  return attribute;
}

Loaded LoadFile(const std::string& path, const LoadOptions& options) {
  Loaded loaded;
  try {
    loaded.model = LoadModel(path, options, &loaded.warnings);
  } catch (const Error& error) {
    std::string message = error.what();
    EXPECT_TRUE(message.starts_with(path + ": ")) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    loaded.error = fmt::format(
        "{} ({}) {}", error.id(), static_cast<int>(error.exit_code()),
        message.substr(std::min(message.size(), path.size() + 2)));
  }
  return loaded;
}

Loaded LoadBytes(const std::string& bytes, const LoadOptions& options) {
  const TempFolder folder;
  WriteAll(folder / "m.onnx", bytes);
  return LoadFile(folder / "m.onnx", options);
}

Loaded Load(const ModelProto& model, const LoadOptions& options) {
  return LoadBytes(model.SerializeAsString(), options);
}

std::vector<std::string> Ids(const Warnings& warnings) {
  std::vector<std::string> ids;
  for (const Warning& warning : warnings) ids.push_back(warning.id);
  return ids;
}

std::string Numbered(const std::string& name, int64_t number) {
  return fmt::format("{}{}", name, number);
}

std::string WireVarint(uint64_t value) {
  std::string bytes;
  while (value >= 0x80) {
    bytes += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  return bytes + static_cast<char>(value);
}

std::string WireNumber(int field, uint64_t value) {
  return WireVarint(static_cast<uint64_t>(field) << 3) + WireVarint(value);
}

std::string WireBytes(int field, std::string_view bytes) {
  return WireVarint(static_cast<uint64_t>(field) << 3 | 2) +
         WireVarint(bytes.size()) + std::string(bytes);
}

void AddFunction(const std::string& name,
                 const std::vector<std::string>& callees, ModelProto* model) {
  if (model->functions().empty()) {
    auto* import = model->add_opset_import();
    import->set_domain("local");
    import->set_version(1);
  }
  auto* function = model->add_functions();
  function->set_name(name);
  function->set_domain("local");
  function->add_input(std::string("a"));  // g++ 12 warns of a plain "a"
  function->add_output(Numbered("b", callees.size()));
  function->add_opset_import()->set_version(17);
  auto* import = function->add_opset_import();
  import->set_domain("local");
  import->set_version(1);
  AddNode("Relu", {"a"}, {"b0"}, function);
  for (size_t i = 0; i < callees.size(); ++i) {
    AddNode(callees[i], {Numbered("b", i)}, {Numbered("b", i + 1)}, function)
        ->set_domain("local");
  }
}

}  // namespace dnncut
