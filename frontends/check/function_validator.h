// SPDX-License-Identifier: Apache-2.0
//
// How the functions of a model call each other. Part of the validator; comes
// before anything that follows calls.
#pragma once

#include <onnx/onnx_pb.h>

#include "frontends/read/limits.h"

namespace dnncut {

// Every function has a key of its own, none calls itself, directly or through
// others, and the model does not explode when calls are replaced by bodies.
// Throws Error: E224, E225, E227, E228.
void CheckFunctions(const ONNX_NAMESPACE::ModelProto& model,
                    const ModelLimits& limits);

}  // namespace dnncut
