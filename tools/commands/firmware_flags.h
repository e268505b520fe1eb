// SPDX-License-Identifier: Apache-2.0
//
// Flags that say how the firmware table is made.
#pragma once

#include "backends/result/firmware_options.h"
#include "tools/cli/flags.h"

namespace dnncut {

void AddFirmwareFlags(Flags* flags, FirmwareOptions* options);

// Throws Error E125 for flags that exclude each other.
void CheckFirmwareFlags(const Flags& flags);

}  // namespace dnncut
