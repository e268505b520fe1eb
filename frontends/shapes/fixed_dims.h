// SPDX-License-Identifier: Apache-2.0
//
// Gives free dimensions of a model's inputs the values that the user chose. To
// be called on a copy of the model, because the halves keep the free
// dimensions.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "frontends/dims/free_dims.h"
#include "frontends/dims/import_options.h"

namespace dnncut {

struct FixedDims {
  std::vector<FreeDim> free;
  // What was guessed: "the first dimension of input 'x' ('batch') was taken as
  // 1". An error that may follow from it says so.
  std::vector<std::string> guesses;
};

// Applies options.dims and options.shapes wherever the dims occur (inputs,
// outputs, value_info, bodies), computes dims whose names say how they follow
// from others, then makes the first dim of an input 1 when it is still free and
// can be a batch, with a warning. Throws Error on names and shapes that do not
// fit the model; options that change nothing warn.
FixedDims FixDims(const ImportOptions& options,
                  ONNX_NAMESPACE::ModelProto* model, Warnings* warnings);

}  // namespace dnncut
