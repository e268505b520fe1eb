// SPDX-License-Identifier: Apache-2.0
//
// For the tests of ImportGraph: models from text, and what importing them
// gives.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>

#include "compiler/base/error.h"
#include "compiler/model/graph.h"
#include "frontends/onnx_frontend.h"

namespace dnncut {

// `graph` in ONNX's text format, without validation and at IR version 8.
SourceModel SourceFromText(const std::string& graph, int opset = 17);

struct Imported {
  Graph graph;
  Warnings warnings;
  std::string error;  // "E310 <message>"; empty when it was imported
};
Imported Import(const SourceModel& model, const ImportOptions& options = {});
Imported ImportText(const std::string& graph, const ImportOptions& options = {},
                    int opset = 17);

// By name; fails the test when there is none.
const Tensor& TensorNamed(const Graph& graph, const std::string& name);
const Constant& ConstantNamed(const Graph& graph, const std::string& name);
const Layer& LayerNamed(const Graph& graph, const std::string& name);

// "float32[1,3,?]" of a tensor or constant.
std::string TypeOf(const Imported& imported, const std::string& name);

// The ids of the warnings, joined by spaces.
std::string WarningIds(const Imported& imported);

}  // namespace dnncut
