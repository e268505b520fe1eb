// SPDX-License-Identifier: Apache-2.0
//
// Regret: how much worse a cut is than the best one, as an exact fraction.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/table/cost_ratio.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// cost / least cost, at least 1.
using Regret = CostRatio;

struct WorstRegret {
  Regret regret;
  int64_t kbps = 0;  // the lowest bandwidth with this regret
};

// Computes regrets of the cuts of one exact table, which must outlive it. Cuts
// are given by their numbers in that table.
class RegretMeter {
 public:
  RegretMeter(const Problem& problem, const CutTable& exact);

  Regret At(int cut, int64_t kbps) const;

  // The worst over a range, in two look-ups (regret.cc says why).
  Regret Worst(int cut, int64_t min_kbps, int64_t max_kbps) const;
  WorstRegret Worst(const std::vector<TableRow>& rows) const;

  // The rows on min_kbps .. max_kbps when every bandwidth gets the best of
  // `cuts`, which ascend; on a tie the one with fewer device layers, then the
  // lower number.
  std::vector<TableRow> BestRows(const std::vector<int>& cuts, int64_t min_kbps,
                                 int64_t max_kbps) const;

 private:
  const CutTable& exact_;
  std::vector<CostLine> lines_;  // by cut
};

}  // namespace dnncut
