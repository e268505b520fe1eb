// SPDX-License-Identifier: Apache-2.0
//
// Checks that a model is valid, before any library sees it. All later code may
// rely on what is checked here.
#pragma once

#include "compiler/base/error.h"
#include "compiler/model/source_model.h"
#include "frontends/read/load_options.h"

namespace dnncut {

// Makes valid what runtimes take although it is not, checks the whole model,
// and sorts the nodes of the graph, of bodies and of functions where they are
// not in topological order. Throws Error: E207 to E211, E218 to E228.
void ValidateModel(const LoadOptions& options, SourceModel* model,
                   Warnings* warnings);

}  // namespace dnncut
