// SPDX-License-Identifier: Apache-2.0
#include "tests/frontends/importing.h"

#include <gtest/gtest.h>
#include <onnx/defs/parser.h>

#include "frontends/shapes/onnx_types.h"

namespace dnncut {

SourceModel SourceFromText(const std::string& graph, int opset) {
  SourceModel model;
  std::string text = fmt::format(
      "<ir_version: 8, opset_import: [\"\" : {}, \"com.microsoft\" : 1, "
      "\"local\" : 1]>\n{}",
      opset, graph);
  ONNX_NAMESPACE::OnnxParser parser(text.c_str());
  auto status = parser.Parse(model.proto);
  EXPECT_TRUE(status.IsOK()) << status.ErrorMessage();
  return model;
}

Imported Import(const SourceModel& model, const ImportOptions& options) {
  Imported imported;
  try {
    imported.graph = ImportGraph(model, options, &imported.warnings);
  } catch (const Error& error) {
    imported.error = fmt::format("{} {}", error.id(), error.what());
  }
  return imported;
}

Imported ImportText(const std::string& graph, const ImportOptions& options,
                    int opset) {
  return Import(SourceFromText(graph, opset), options);
}

template <typename T>
const T& Named(const std::vector<T>& items, const std::string& name) {
  for (const T& item : items) {
    if (item.name == name) return item;
  }
  ADD_FAILURE() << "there is no " << name;
  static const T kNone;
  return kNone;
}

const Tensor& TensorNamed(const Graph& graph, const std::string& name) {
  return Named(graph.tensors, name);
}

const Constant& ConstantNamed(const Graph& graph, const std::string& name) {
  return Named(graph.constants, name);
}

const Layer& LayerNamed(const Graph& graph, const std::string& name) {
  return Named(graph.layers, name);
}

std::string TypeOf(const Imported& imported, const std::string& name) {
  EXPECT_EQ(imported.error, "");
  for (const Constant& constant : imported.graph.constants) {
    if (constant.name == name) return TypeName(constant.type);
  }
  return TypeName(TensorNamed(imported.graph, name).type);
}

std::string WarningIds(const Imported& imported) {
  std::string ids;
  for (const Warning& warning : imported.warnings) {
    if (!ids.empty()) ids += ' ';
    ids += warning.id;
  }
  return ids;
}

}  // namespace dnncut
