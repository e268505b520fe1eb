// SPDX-License-Identifier: Apache-2.0
//
// For the tests of LoadModel: models from text or by hand, and what loading
// them gives.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/model/source_model.h"
#include "frontends/read/load_options.h"

namespace dnncut {

// A model in ONNX's text format; fails the test when it is none.
ONNX_NAMESPACE::ModelProto ModelFromText(const std::string& text);

// `nodes` in a graph with the input x, float[4], and the output y, of IR
// version 8 and opset 17.
ONNX_NAMESPACE::ModelProto SmallModel(const std::string& nodes);

// One Relu from x to y.
ONNX_NAMESPACE::ModelProto ReluModel();

ONNX_NAMESPACE::NodeProto* AddNode(const std::string& op_type,
                                   const std::vector<std::string>& inputs,
                                   const std::vector<std::string>& outputs,
                                   ONNX_NAMESPACE::GraphProto* graph);
ONNX_NAMESPACE::NodeProto* AddNode(const std::string& op_type,
                                   const std::vector<std::string>& inputs,
                                   const std::vector<std::string>& outputs,
                                   ONNX_NAMESPACE::FunctionProto* function);
ONNX_NAMESPACE::AttributeProto* AddAttribute(const std::string& name,
                                             ONNX_NAMESPACE::NodeProto* node);

struct Loaded {
  SourceModel model;
  Warnings warnings;
  // "E219 (3) <message without the folder>"; empty when it loaded.
  std::string error;
};

// Writes the file "m.onnx" into a fresh folder and loads it.
Loaded LoadBytes(const std::string& bytes, const LoadOptions& options = {});
Loaded Load(const ONNX_NAMESPACE::ModelProto& model,
            const LoadOptions& options = {});
// Loads a file that is there already.
Loaded LoadFile(const std::string& path, const LoadOptions& options = {});

// The ids of warnings, in order.
std::vector<std::string> Ids(const Warnings& warnings);

// "t7".
std::string Numbered(const std::string& name, int64_t number);

// Pieces of protobuf's wire format.
std::string WireVarint(uint64_t value);
std::string WireNumber(int field, uint64_t value);
std::string WireBytes(int field, std::string_view bytes);

// Adds a function `name` of the domain "local" that calls `callees`, also of
// it.
void AddFunction(const std::string& name,
                 const std::vector<std::string>& callees,
                 ONNX_NAMESPACE::ModelProto* model);

}  // namespace dnncut
