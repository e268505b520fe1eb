// SPDX-License-Identifier: Apache-2.0
//
// What the tensors and weights of a problem take in memory, and how much of it
// each side has. cost_models/machines/memory.h makes it of a graph;
// memory_use.h counts what a half holds.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/model/graph.h"
#include "compiler/problem/side.h"

namespace dnncut {

// All sizes are those in the precision in which the side computes.
struct MemoryBound {
  struct Weight {
    PerSide<int64_t> bytes;
    std::vector<LayerId> readers;  // ascending, each once, one at least

    bool operator==(const Weight&) const = default;
  };
  std::vector<PerSide<int64_t>> tensor_bytes;  // by TensorId
  std::vector<Weight> weights;
  PerSide<std::optional<int64_t>> limit;  // nullopt: none

  bool operator==(const MemoryBound&) const = default;
};

}  // namespace dnncut
