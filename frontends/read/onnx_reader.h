// SPDX-License-Identifier: Apache-2.0
//
// Makes messages and weights from the model file. The messages are well-formed
// protobuf, but nothing says yet that they are a valid model: that is checked
// later.
#pragma once

#include "compiler/base/error.h"
#include "compiler/model/source_model.h"
#include "frontends/read/limits.h"
#include "frontends/read/model_file.h"

namespace dnncut {

// Fills `model->proto` and `model->weights` (see source_model.h). Throws Error:
// E202 to E207 and E229 for the file, E211 to E214 and E222 for its tensors.
void ReadOnnx(const ModelFile& file, const ModelLimits& limits,
              SourceModel* model, Warnings* warnings);

}  // namespace dnncut
