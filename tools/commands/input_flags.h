// SPDX-License-Identifier: Apache-2.0
//
// The flags that say what a model is run on, the same for every command that
// runs models: --input, --test-data and --seed.
#pragma once

#include "tools/cli/flags.h"
#include "tools/runtime/model_inputs.h"

namespace dnncut {

void AddInputFlags(Flags* flags, InputOptions* options);

}  // namespace dnncut
