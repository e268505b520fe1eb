// SPDX-License-Identifier: Apache-2.0
//
// Small models, each with something that splitters have lost or broken.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

namespace dnncut {

struct TestModel {
  std::string name;
  ONNX_NAMESPACE::ModelProto proto;
};

// A chain with a branch that is read on both sides, weights above and below
// kInlineBytes, inferred and declared types, metadata.
ONNX_NAMESPACE::ModelProto ChainModel();
// IR version 3: initializers are among the inputs.
ONNX_NAMESPACE::ModelProto OldModel();
// An If whose bodies, nested, capture tensors and initializers that nothing
// else reads, hold Constants, and return an outer value.
ONNX_NAMESPACE::ModelProto CaptureModel();
// Functions that call functions, one of them from a body only; one is unused.
ONNX_NAMESPACE::ModelProto FunctionModel();
// Outputs that are an input, an initializer, made by constants, and twice the
// same.
ONNX_NAMESPACE::ModelProto OutputModel();
// Quantization annotations, a sparse initializer, unknown fields everywhere.
ONNX_NAMESPACE::ModelProto RareFieldsModel();
// Constant nodes that read each other, read on both sides.
ONNX_NAMESPACE::ModelProto ConstantNodeModel();
// A body makes a tensor whose name a later node uses again: it must not become
// an input of a half that has the body.
ONNX_NAMESPACE::ModelProto HiddenNameModel();
// A free batch, and computations with it that layers on both sides read.
ONNX_NAMESPACE::ModelProto SizesModel();

std::vector<TestModel> AllTestModels();

}  // namespace dnncut
