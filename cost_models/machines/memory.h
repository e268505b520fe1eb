// SPDX-License-Identifier: Apache-2.0
//
// What the tensors and weights of a model take in memory, the one count that
// everything goes by.
#pragma once

#include <cstdint>
#include <optional>

#include "compiler/model/graph.h"
#include "compiler/problem/memory_bound.h"
#include "compiler/problem/side.h"
#include "cost_models/machines/machine.h"

namespace dnncut {

// Weights as the runtime holds them, each constant once; tensors with the size
// that they have at most, of a size that nobody knows nothing. A side that
// computes in fp16 or int8 holds float32 in that. Code, workspaces and what a
// runtime keeps twice come on top. No limit is set. Throws Error on overflow.
MemoryBound CountMemory(const Graph& graph,
                        const PerSide<Precision>& precisions);

}  // namespace dnncut
