// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "backends/firmware/firmware_table.h"
#include "backends/result/table_file.h"

namespace dnncut {

// What of a firmware table is not as in the table.json that it was made of:
// "another model"; "" when nothing is.
std::string FirmwareDifference(const FirmwareTable& firmware,
                               const TableFile& table);

}  // namespace dnncut
