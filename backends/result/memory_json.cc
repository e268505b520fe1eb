// SPDX-License-Identifier: Apache-2.0
#include "backends/result/memory_json.h"

#include <string>

#include "compiler/files/json_text.h"

namespace dnncut {

Json MemoryJson(const MemoryLimits& limits) {
  return {{"device_bytes", OrNull(limits.device)},
          {"server_bytes", OrNull(limits.server)}};
}

MemoryLimits ReadMemoryLimits(const JsonValue& json) {
  return {FindInt64(json, "device_bytes"), FindInt64(json, "server_bytes")};
}

void AddMemory(const PerSide<MemoryUse>& use, Json* json) {
  for (const Side side : kSides) {
    const std::string name(SideName(side));
    (*json)[name + "_memory_bytes"] = use[side].Total();
    (*json)[name + "_activation_bytes"] = use[side].other_bytes;
  }
}

std::optional<PerSide<MemoryUse>> FindMemory(const JsonValue& json) {
  if (!FindMember(json, "device_memory_bytes")) return std::nullopt;
  PerSide<MemoryUse> use;
  for (const Side side : kSides) {
    const std::string name(SideName(side));
    const int64_t bytes = GetInt64(json, name + "_memory_bytes");
    use[side].other_bytes =
        GetInt64(json, name + "_activation_bytes", 0, bytes);
    use[side].weight_bytes = bytes - use[side].other_bytes;
  }
  return use;
}

}  // namespace dnncut
