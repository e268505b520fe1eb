// SPDX-License-Identifier: Apache-2.0
//
// Flags that say how the firmware table is made.
#pragma once

#include <optional>
#include <string>

#include "backends/result/firmware_options.h"
#include "tools/cli/cli_app.h"

namespace dnncut {

struct FirmwareFlags {
  std::optional<std::string> hysteresis;
  std::optional<std::string> switching_cost;
  std::optional<std::string> min_dwell;
  std::optional<std::string> server_slowdown;
  std::optional<std::string> prefix;
};

void AddFirmwareFlags(CLI::App* app, FirmwareFlags* flags);

// Throws Error.
FirmwareOptions FirmwareOptionsOf(const FirmwareFlags& flags);

}  // namespace dnncut
