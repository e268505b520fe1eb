// SPDX-License-Identifier: Apache-2.0
//
// Finds how many bytes each tensor has when it crosses, and which tensors must
// not cross.
#pragma once

#include <vector>

#include "compiler/base/error.h"
#include "compiler/model/graph.h"
#include "frontends/dims/free_dims.h"
#include "frontends/dims/import_options.h"
#include "frontends/shapes/typed_graph.h"

namespace dnncut {

// Sets Tensor::bytes, size_basis and why_not from the types. A size that only
// the data decides is its bound, or what options.tensor_bytes says; a tensor
// that has neither never crosses, but a result, which gets an assumed size.
// Throws Error when the size of a tensor that matters (a layer reads it or it
// is a result) is unknown for another reason; the message names the tensors and
// the options that help: all of `free`, what the inputs leave free, at once.
void SetTensorSizes(const TypedGraph& types, const std::vector<FreeDim>& free,
                    const ImportOptions& options, Graph* graph,
                    Warnings* warnings);

}  // namespace dnncut
