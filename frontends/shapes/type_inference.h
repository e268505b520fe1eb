// SPDX-License-Identifier: Apache-2.0
//
// Finds the types of all tensors of a model, from all sources that there are.
#pragma once

#include "compiler/base/error.h"
#include "frontends/dims/import_options.h"
#include "frontends/shapes/typed_graph.h"

namespace dnncut {

// `model` has its dims fixed. Our own inference computes every type from the
// inputs on; where that leaves something open that the model's value_info
// states, the value_info is believed; where the two contradict each other the
// computed type stands, because a runtime computes too and reads no value_info
// (models whose value_info is stale are common), and a warning says so.
// options.inference is asked when something is still open that the data does
// not decide, and answers for that only: a model's types are the same with and
// without it wherever both know them. (Where they differed, ours was right:
// ONNX Runtime 1.30 states the sizes of pools with ceil_mode wrong below opset
// 22, and runs them as we say.)
TypedGraph InferTypes(const SourceModel& model, const ImportOptions& options,
                      Warnings* warnings);

}  // namespace dnncut
