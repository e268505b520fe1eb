// SPDX-License-Identifier: Apache-2.0
//
// How far the rows of a table hold when what it counts with is off. Made by
// compiler/objectives/robustness.h, which says why it is right.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/problem/side.h"
#include "compiler/table/cost_ratio.h"

namespace dnncut {

inline constexpr int64_t kPermille = 1000;
// Factors are looked for from 0 to this; beyond, a side's times may be
// anything.
inline constexpr int64_t kMostPermille = 100 * kPermille;

struct RowRobustness {
  // In the box: cost / least cost, and where that is.
  CostRatio worst;
  PerSide<int64_t> worst_permille;  // of the times
  int64_t worst_kbps = 0;
  // At `kbps`, how far the times of one side alone, in 1/1000 of them, may be
  // off so that no cut is better. 1000 lies in it.
  struct Factors {
    int64_t from = 0;
    int64_t to = kMostPermille;
  };
  int64_t kbps = 0;
  PerSide<Factors> stays_best;
};

struct Robustness {
  int64_t permille = 0;             // by how much everything may be off
  std::vector<RowRobustness> rows;  // of the table
};

}  // namespace dnncut
