// SPDX-License-Identifier: Apache-2.0
//
// What the halves of a cut hold in memory while they run. Each half runs its
// layers in their order. It holds
//
// * its weights all the time, one that several layers read once;
// * what comes to it all the time: inputs of the model that lie there, and what
//   is sent to it;
// * a tensor that one of its layers makes from then on: one that goes out, a
//   result or something that the other side reads, to the end, others until
//   their last reader has run.
//
// Its memory is what it holds at the layer at which that is the most. A side
// that runs nothing still holds what lies there.
#pragma once

#include <cstdint>

#include "compiler/problem/cut.h"
#include "compiler/problem/memory_bound.h"
#include "compiler/problem/problem.h"

namespace dnncut {

struct MemoryUse {
  int64_t weight_bytes = 0;
  int64_t other_bytes = 0;  // at the layer at which they are the most
  LayerId at = -1;          // the first such layer; -1: nothing runs there

  int64_t Total() const { return weight_bytes + other_bytes; }
  bool operator==(const MemoryUse&) const = default;
};

// Of a feasible cut. Throws Error when a sum overflows.
PerSide<MemoryUse> CountMemoryUse(const Problem& problem,
                                  const MemoryBound& memory, const Cut& cut);

bool IsWithin(const MemoryBound& memory, const PerSide<MemoryUse>& use);

// Do the halves of the cut fit the problem's own bound? All do where it has
// none.
bool Fits(const Problem& problem, const Cut& cut);

}  // namespace dnncut
