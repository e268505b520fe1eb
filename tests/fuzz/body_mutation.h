// SPDX-License-Identifier: Apache-2.0
//
// Nodes that do what another node does by way of a body or a function.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>

#include "tests/testing.h"

namespace dnncut {

// One that most likely nothing has.
std::string FreshName(Random* random);

// In all that they read and make, bodies included.
void RenameInNodes(
    const std::string& old, const std::string& name,
    google::protobuf::RepeatedPtrField<ONNX_NAMESPACE::NodeProto>* nodes);

// An If on `condition` with the node in its branches.
ONNX_NAMESPACE::NodeProto IfOf(const ONNX_NAMESPACE::NodeProto& node,
                               const std::string& condition, Random* random);

// A Loop that carries the first input of the node to its first output.
ONNX_NAMESPACE::NodeProto LoopOf(const ONNX_NAMESPACE::NodeProto& node,
                                 Random* random);

// A Scan over the first input of the node.
ONNX_NAMESPACE::NodeProto ScanOf(const ONNX_NAMESPACE::NodeProto& node,
                                 Random* random);

// A call of a function that holds the node and is added to the model.
ONNX_NAMESPACE::NodeProto CallOf(const ONNX_NAMESPACE::NodeProto& node,
                                 Random* random,
                                 ONNX_NAMESPACE::ModelProto* model);

}  // namespace dnncut
