// SPDX-License-Identifier: Apache-2.0
//
// --device-memory and --server-memory: how much the halves may hold.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "compiler/model/graph.h"
#include "compiler/problem/memory_bound.h"
#include "compiler/problem/side.h"
#include "tools/compile/machine_costs.h"

namespace dnncut {

// "none": as much as there is.
inline constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

// What the model takes in the precisions of the machines, within what was
// given; where nothing was, within the memory of the machine, if it is known.
MemoryBound LimitMemory(const Graph& graph,
                        const PerSide<MachineCosts>& machines,
                        const PerSide<std::optional<int64_t>>& given);

}  // namespace dnncut
