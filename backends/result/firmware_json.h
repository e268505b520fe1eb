// SPDX-License-Identifier: Apache-2.0
//
// Writes and reads "firmware" of table.json: the options with which the
// firmware table was made.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "backends/result/firmware_options.h"
#include "compiler/files/json_file.h"
#include "compiler/table/hysteresis.h"

namespace dnncut {

// `hysteresis` is the one made with these options.
nlohmann::ordered_json FirmwareJson(const FirmwareOptions& options,
                                    const Hysteresis& hysteresis);

// Throws Error E403.
FirmwareOptions ReadFirmwareOptions(const JsonValue& firmware);

}  // namespace dnncut
