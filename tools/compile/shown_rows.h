// SPDX-License-Identifier: Apache-2.0
//
// The rows of a table as an answer shows them: bandwidths in kbit/s, times in
// milliseconds for people and in nanoseconds for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "backends/result/latency_parts.h"
#include "tools/text/text_table.h"

namespace dnncut {

// The columns of ShownRowCells: the cut, its bandwidths, its layers on the
// device, the parts of its time, and where they are that. `unit` (" ms" or
// nothing) follows the names of all times but the first, which always has it.
// With `has_band` the total is followed by between what it lies.
std::vector<Column> ShownRowColumns(Align layers, std::string_view unit,
                                    bool has_band);

// `layers` says which layers are on the device; times get that many decimals.
std::vector<std::string> ShownRowCells(const ShownRow& row, std::string layers,
                                       int decimals, bool has_band);

// One object for each row.
nlohmann::ordered_json ShownRowsJson(const std::vector<ShownRow>& rows);

}  // namespace dnncut
