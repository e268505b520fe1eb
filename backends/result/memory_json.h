// SPDX-License-Identifier: Apache-2.0
//
// Memory in JSON: the limits in table.json and problem.json, and what the
// halves of a cut hold.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "compiler/files/json_file.h"
#include "compiler/problem/memory_use.h"
#include "compiler/problem/side.h"

namespace dnncut {

using MemoryLimits = PerSide<std::optional<int64_t>>;

// {"device_bytes": 11534336, "server_bytes": null}
nlohmann::ordered_json MemoryJson(const MemoryLimits& limits);
MemoryLimits ReadMemoryLimits(const JsonValue& json);

// Adds what the halves of a cut hold.
void AddMemory(const PerSide<MemoryUse>& use, nlohmann::ordered_json* json);

// Reads that back, but for the layer; nullopt where it does not stand.
std::optional<PerSide<MemoryUse>> FindMemory(const JsonValue& json);

}  // namespace dnncut
