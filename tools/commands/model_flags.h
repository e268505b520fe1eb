// SPDX-License-Identifier: Apache-2.0
//
// The flags that say how to read a model: the same for every command that does.
#pragma once

#include <string>

#include "frontends/onnx_frontend.h"
#include "tools/cli/flags.h"

namespace dnncut {

// The readers throw Error E105 .. E106 for a value that cannot be read, E108
// for a name that is given twice. `onnxruntime`, which may be null, gets the
// path of ONNX Runtime as given.
void AddModelFlags(Flags* flags, LoadOptions* load, ImportOptions* import,
                   std::string* onnxruntime = nullptr);

}  // namespace dnncut
