// SPDX-License-Identifier: Apache-2.0
//
// What every layer costs on either side, and what a tensor costs when it
// crosses. The cost models make it, estimated or measured. It has an entry for
// every layer and tensor of its graph.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/problem/side.h"

namespace dnncut {

struct CostTable {
  PerSide<std::vector<int64_t>> ns;  // by LayerId, >= 0
  std::vector<int64_t> cross_ns;     // by TensorId, >= 0: what a crossing costs
                                     // besides its bytes; 0 unless measured
};

}  // namespace dnncut
