// SPDX-License-Identifier: Apache-2.0
//
// dnncut_table.h: the firmware table as constants for a C compiler.
#pragma once

#include <string>
#include <string_view>

#include "backends/firmware/firmware_comments.h"
#include "backends/firmware/firmware_table.h"

namespace dnncut {

// `prefix` as in FirmwareOptions.
std::string FirmwareHeader(const FirmwareTable& table,
                           const std::string& prefix,
                           const FirmwareComments& comments);

// Is `text` such a header of `table`, whatever its comments say?
bool IsFirmwareHeader(std::string_view text, const FirmwareTable& table,
                      const std::string& prefix);

// C code written for the prefix "dnncut", under another prefix: dnncut_ and
// DNNCUT_ are replaced everywhere but in names of files.
std::string WithPrefix(std::string_view text, const std::string& prefix);

}  // namespace dnncut
