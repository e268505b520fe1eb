// SPDX-License-Identifier: Apache-2.0
//
// Finds out whether a half cannot fit into the memory of its machine.
#pragma once

#include <cstdint>
#include <optional>

#include "compiler/model/graph.h"
#include "compiler/problem/cut.h"
#include "cost_models/machines/machine.h"

namespace dnncut {

struct MemoryNeed {
  int64_t weight_bytes = 0;      // held by the runtime, each constant once
  int64_t activation_bytes = 0;  // of the layer that needs the most at once

  bool operator==(const MemoryNeed&) const = default;
};

// A lower bound of what the half of `side` needs: no runtime can run a layer
// without its inputs and outputs, nor the half without its weights. Tensors of
// unknown size count as nothing; code, workspaces and other live tensors come
// on top.
MemoryNeed CountMemory(const Graph& graph, const Cut& cut, Side side);

// By how many bytes the half, in the machine's precision, exceeds the machine
// at least; nullopt when it may fit.
std::optional<int64_t> MemoryShortfall(const Graph& graph, const Cut& cut,
                                       Side side, const Machine& machine);

}  // namespace dnncut
