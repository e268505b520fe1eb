// SPDX-License-Identifier: Apache-2.0
//
// What it costs to send an input that is not sent as the tensor that it becomes
// but in a form of its own, such as a JPEG.
#pragma once

#include "compiler/model/graph.h"
#include "frontends/dims/import_options.h"

namespace dnncut {

// Gives the inputs that options.input_bytes names the sizes that stand there;
// their own become Tensor::decoded_bytes. Throws Error E305 for a name that is
// no input, or that of one that never crosses.
void SetInputBytes(const ImportOptions& options, Graph* graph);

}  // namespace dnncut
