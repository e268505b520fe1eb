// SPDX-License-Identifier: Apache-2.0
//
// Checks how the functions of a model call each other. To be called before any
// code that follows calls, which may then rely on it.
#pragma once

#include <onnx/onnx_pb.h>

#include "frontends/read/limits.h"

namespace dnncut {

// Checks that every function has a key of its own, that none calls itself,
// directly or through others, and that the model stays within its limits when
// every call is replaced by the function's nodes. Throws Error: E224, E225,
// E227, E228.
void CheckFunctions(const ONNX_NAMESPACE::ModelProto& model,
                    const ModelLimits& limits);

}  // namespace dnncut
