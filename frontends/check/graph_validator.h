// SPDX-License-Identifier: Apache-2.0
//
// Checks of graphs, their bodies and of functions: every name is defined once,
// before it is read. Part of the validator.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "frontends/check/node_validator.h"

namespace dnncut {

struct GraphFindings {
  std::vector<std::string> sorted;  // places whose nodes were sorted
  // Quantisation annotations of tensors that do not exist: what they name.
  std::vector<std::string> unknown_annotations;
};

// Sort nodes where necessary. Throw Error: E209 to E211, E218 to E223, E226,
// E227.
void CheckGraph(const Opsets& opsets, const ModelLimits& limits,
                ONNX_NAMESPACE::GraphProto* graph, GraphFindings* findings);
void CheckFunction(const Opsets& opsets, const ModelLimits& limits,
                   ONNX_NAMESPACE::FunctionProto* function,
                   GraphFindings* findings);

}  // namespace dnncut
