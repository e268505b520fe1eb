// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "backends/result/table_file.h"

namespace dnncut {

// What table.json says of hysteresis and does not follow from its cuts, rows
// and firmware settings: "down_kbps or up_kbps of row 1"; "" when nothing.
std::string HysteresisDifference(const TableFile& table);

}  // namespace dnncut
