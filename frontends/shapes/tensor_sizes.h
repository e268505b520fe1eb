// SPDX-License-Identifier: Apache-2.0
//
// How many bytes each tensor is when it crosses, and which must not cross.
// onnx_import uses it.
#pragma once

#include "compiler/base/error.h"
#include "compiler/model/graph.h"
#include "frontends/shapes/import_options.h"
#include "frontends/shapes/typed_graph.h"

namespace dnncut {

// Sets Tensor::bytes and why_not from the types. A size that only the data
// decides never crosses unless options.tensor_bytes says how big it gets.
// Throws Error when the size of a tensor that matters (a layer reads it or it
// is a result) is unknown for another reason, naming the tensors and the way
// out.
void SetTensorSizes(const TypedGraph& types, const ImportOptions& options,
                    Graph* graph, Warnings* warnings);

}  // namespace dnncut
