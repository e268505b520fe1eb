// SPDX-License-Identifier: Apache-2.0
//
// Reads dnncut_table.bin, with the same code with which firmware reads it.
#pragma once

#include <cstdint>
#include <string>

#include "backends/firmware/firmware_table.h"

namespace dnncut {

// Does the file begin like a firmware table, or is it called *.bin? False for
// what is no file.
bool LooksLikeFirmwareTable(const std::string& path);

// Throws Error: E400 when the file cannot be read, E613 when firmware would
// refuse it. What a later minor version has added is left out.
FirmwareTable ReadFirmwareTable(const std::string& path);

// The row that holds `kbps`, which must be in the range.
const FirmwareRow& FindRow(const FirmwareTable& table, int64_t kbps);

}  // namespace dnncut
