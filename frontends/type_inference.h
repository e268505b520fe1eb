// SPDX-License-Identifier: Apache-2.0
//
// The types of all tensors, from every source there is. onnx_import uses it.
#pragma once

#include "compiler/error.h"
#include "frontends/onnx_frontend.h"
#include "frontends/typed_graph.h"

namespace dnncut {

// `model` has its dims fixed. Our own inference computes every type from the
// inputs on; where that leaves something open that the model's value_info
// states, the value_info is believed; where the two contradict each other the
// computed type stands, because a runtime computes too and reads no value_info
// (models whose value_info is stale are common), and a warning says so.
// options.inference is asked when something is still open, or when the model is
// of a newer opset than libonnx knows; what it says about a tensor stands.
TypedGraph InferTypes(const SourceModel& model, const ImportOptions& options,
                      Warnings* warnings);

}  // namespace dnncut
