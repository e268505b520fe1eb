// SPDX-License-Identifier: Apache-2.0
//
// Replaces what does not depend on a run by what it comes to, as every runtime
// does when it loads a model: such nodes are no layers, cost nothing, and never
// decide where to cut.
#pragma once

#include <string>
#include <vector>

#include "compiler/model/source_model.h"
#include "frontends/fold/fixed_inputs.h"

namespace dnncut {

// Takes out the outputs that are named, and what only they need; fixes the
// inputs in `values`; a node whose value is then known (Shape of
// fixed dims, and what is computed from it) becomes a Constant; an If whose
// condition is known becomes the branch that is taken; and nodes that nobody
// reads any more go. What depends on a free dimension of the model stays, even
// where the user has fixed it for the table: the halves must run at any size.
// Throws Error E307 or E308.
void FoldModel(const InputValues& values,
               const std::vector<std::string>& dropped_outputs,
               SourceModel* model);

}  // namespace dnncut
