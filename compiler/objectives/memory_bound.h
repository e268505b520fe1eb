// SPDX-License-Identifier: Apache-2.0
//
// What the halves of a cut hold in memory while they run, and fronts of the
// cuts that fit. Each half runs its layers in their order. It holds
//
// * its weights all the time, one that several layers read once;
// * what comes to it all the time: inputs of the model that lie there, and what
//   is sent to it;
// * a tensor that one of its layers makes from then on: one that goes out, a
//   result or something that the other side reads, to the end, others until
//   their last reader has run.
//
// Its memory is what it holds at the layer at which that is the most.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/objectives/front_search.h"
#include "compiler/objectives/priced_graph.h"
#include "compiler/problem/block_graph.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/problem.h"
#include "compiler/problem/side.h"

namespace dnncut {

struct MemoryBound {
  struct Weight {
    int64_t bytes = 0;
    std::vector<LayerId> readers;  // ascending, each once, one at least
  };
  std::vector<int64_t> tensor_bytes;  // by TensorId, as they lie in memory
  std::vector<Weight> weights;
  PerSide<std::optional<int64_t>> limit;  // nullopt: none
};

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

// SearchFront on the graph of decisions of the blocks, of the cuts that fit.
// `memory` may be null: then all do. Without points nothing fits, or, if there
// are open regions, nothing was found. nullopt: the graph is too wide.
std::optional<Front> SearchFrontWithin(const Problem& problem,
                                       const BlockGraph& blocks, Prices prices,
                                       FrontQuestion question,
                                       const MemoryBound* memory,
                                       const SearchLimits& limits);

}  // namespace dnncut
