// SPDX-License-Identifier: Apache-2.0
//
// Writes table.json ("dnncut.table/1", docs/formats.md), the cut table.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "backends/result/result.h"

namespace dnncut {

// "refined" of table.json and of what commands say of it; null when neither
// side was refined.
nlohmann::ordered_json RefinedJson(const RefinedSides& refined);

// The whole file as a value.
nlohmann::ordered_json TableJson(const Result& result);

// Its text: a line for each member, for each cut and for each row. From the
// result it is made cut by cut.
std::string TableText(const nlohmann::ordered_json& table);
std::string TableText(const Result& result);

}  // namespace dnncut
