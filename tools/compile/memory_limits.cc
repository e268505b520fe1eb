// SPDX-License-Identifier: Apache-2.0
#include "tools/compile/memory_limits.h"

#include "cost_models/machines/machine.h"
#include "cost_models/machines/memory.h"

namespace dnncut {

MemoryBound LimitMemory(const Graph& graph,
                        const PerSide<MachineCosts>& machines,
                        const PerSide<std::optional<int64_t>>& given) {
  PerSide<Precision> precisions;
  PerSide<std::optional<int64_t>> limits = given;
  for (const Side side : kSides) {
    const std::optional<Machine>& machine = machines[side].machine;
    // A profile says what it was measured in by its types.
    precisions[side] = machine && !machines[side].measured ? machine->precision
                                                           : Precision::kFp32;
    if (!limits[side] && machine) limits[side] = machine->memory_bytes;
    if (limits[side] == kUnlimited) limits[side].reset();
  }
  MemoryBound memory = CountMemory(graph, precisions);
  memory.limit = limits;
  return memory;
}

}  // namespace dnncut
