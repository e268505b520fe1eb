// SPDX-License-Identifier: Apache-2.0
//
// Why two look-ups give the worst regret over a range. W * cost of a cut is
// L(W) = W * fixed + 8e6 * bytes >= 0, and of the best cut f(W) = the minimum
// of finitely many such lines: concave. For any t >= 1 the bandwidths with L(W)
// <= t * f(W) are those where the concave t * f - L is >= 0: an interval. So
// the regret of one cut falls and then rises (it is quasi-convex), over all
// real W and hence over the integers, and is worst at an end of any range. If
// it is worst at the upper end only, the bandwidths that reach that value are a
// range up to this end, whose first one bisection finds.
//
// f(W) = 0 at one W > 0 means a cut with neither times nor bytes: then f is 0
// everywhere, and a cut is as good as the best or infinitely worse.
#include "compiler/table/regret.h"

#include <algorithm>

#include "compiler/problem/objective.h"
#include "compiler/table/lower_envelope.h"

namespace dnncut {
RegretMeter::RegretMeter(const Problem& problem, const CutTable& exact)
    : exact_(exact) {
  lines_.reserve(exact.cuts.size());
  for (const TableCut& cut : exact.cuts) {
    lines_.push_back(CostOf(cut.costs, problem));
  }
}

Regret RegretMeter::At(int cut, int64_t kbps) const {
  return RatioAt(lines_[cut], lines_[FindRow(exact_, kbps).cut], kbps);
}

Regret RegretMeter::Worst(int cut, int64_t min_kbps, int64_t max_kbps) const {
  return std::max(At(cut, min_kbps), At(cut, max_kbps));
}

WorstRegret RegretMeter::Worst(const std::vector<TableRow>& rows) const {
  WorstRegret worst;
  worst.kbps = rows.front().min_kbps;
  for (const TableRow& row : rows) {
    const Regret regret = Worst(row.cut, row.min_kbps, row.max_kbps);
    if (!(worst.regret < regret)) continue;
    worst.regret = regret;
    int64_t below = row.min_kbps - 1;  // no bandwidth, or a smaller regret
    int64_t reaches = row.max_kbps;
    if (!(At(row.cut, row.min_kbps) < regret)) reaches = row.min_kbps;
    while (reaches - below > 1) {
      const int64_t middle = below + (reaches - below) / 2;
      (At(row.cut, middle) < regret ? below : reaches) = middle;
    }
    worst.kbps = reaches;
  }
  return worst;
}

std::vector<TableRow> RegretMeter::BestRows(const std::vector<int>& cuts,
                                            int64_t min_kbps,
                                            int64_t max_kbps) const {
  std::vector<EnvelopeCut> choice;
  for (const int cut : cuts) {
    choice.push_back({lines_[cut], exact_.cuts[cut].costs.layers.device});
  }
  std::vector<TableRow> rows = LowerEnvelope(choice, {min_kbps, max_kbps});
  for (TableRow& row : rows) row.cut = cuts[row.cut];
  return rows;
}

}  // namespace dnncut
