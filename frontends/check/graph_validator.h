// SPDX-License-Identifier: Apache-2.0
//
// Checks graphs, their bodies, and functions. Afterwards every name that is
// read is defined exactly once, earlier than it is read.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "frontends/check/node_validator.h"

namespace dnncut {

struct GraphFindings {
  std::vector<std::string> sorted;  // places whose nodes were sorted
  // Quantisation annotations of tensors that do not exist: what they name.
  std::vector<std::string> unknown_annotations;
};

// Both sort nodes where necessary. They throw Error: E209 to E211, E218 to
// E223, E226, E227.
void CheckGraph(const Opsets& opsets, const ModelLimits& limits,
                ONNX_NAMESPACE::GraphProto* graph, GraphFindings* findings);
void CheckFunction(const Opsets& opsets, const ModelLimits& limits,
                   ONNX_NAMESPACE::FunctionProto* function,
                   GraphFindings* findings);

}  // namespace dnncut
