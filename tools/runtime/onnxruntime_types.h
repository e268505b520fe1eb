// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/model/source_model.h"
#include "frontends/onnx_frontend.h"
#include "tools/runtime/onnxruntime.h"

namespace dnncut {

// Types of everything that the main graph's nodes make, as ONNX Runtime infers
// them when it creates a session; nothing is run and no weight is read. A dim
// that is symbolic, or that no tensor can have, is -1.
//
// The shapes that the model declares for its outputs are not looked at (they
// may be older than the inputs' shapes); those in its value_info are.
//
// Throws Error when ONNX Runtime does not take the model (E704, with its own
// words: an operator that it does not know, for example) or dies on it (E32x).
TypeMap InferTypesWithOnnxRuntime(const SourceModel& model,
                                  const OnnxRuntime& runtime);

}  // namespace dnncut
