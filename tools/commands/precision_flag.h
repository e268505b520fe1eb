// SPDX-License-Identifier: Apache-2.0
//
// The flag that says in what a built-in machine computes.
#pragma once

#include <optional>

#include "cost_models/machines/machine.h"
#include "tools/cli/flags.h"

namespace dnncut {

// --precision fp32|fp16|int8.
void AddPrecisionFlag(Flags* flags, std::optional<Precision>* precision);

}  // namespace dnncut
