// SPDX-License-Identifier: Apache-2.0
//
// Finds out whether a half cannot fit into the memory of its machine.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "compiler/base/checked_math.h"
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
// on top. Counts one cut after the other: only what differs from the cut before
// is looked at.
class MemoryCounter {
 public:
  // No layer is in the half yet. The graph must outlive it.
  MemoryCounter(const Graph& graph, Side side);

  MemoryNeed Count(const Cut& cut);
  // By how many bytes the half of the cut, in the machine's precision, exceeds
  // the machine at least; nullopt when it may fit.
  std::optional<int64_t> Shortfall(const Cut& cut, const Machine& machine);

 private:
  // `count` is 1 when the layer comes into the half and -1 when it goes.
  void CountLayer(LayerId layer, int count);

  const Graph& graph_;
  const Side side_;
  Cut cut_;                                 // the last one
  std::vector<int> readers_;                // in the half, by constant
  std::vector<int64_t> activations_;        // by layer
  std::map<int64_t, int> all_activations_;  // of the half, and how often
  Int128 weight_bytes_ = 0;
};

}  // namespace dnncut
