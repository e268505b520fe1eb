// SPDX-License-Identifier: Apache-2.0
//
// Is it a model at all? Second step of LoadModel, before any library sees the
// model: whoever reads it afterwards may rely on what is checked here.
#pragma once

#include "compiler/base/error.h"
#include "compiler/model/source_model.h"
#include "frontends/read/load_options.h"

namespace dnncut {

// Checks everything, and sorts nodes that are not in topological order: those
// of the graph, of bodies and of functions. Throws Error: E207 to E211,
// E218 to E228.
void ValidateModel(const LoadOptions& options, SourceModel* model,
                   Warnings* warnings);

}  // namespace dnncut
