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
#include <limits>

#include "compiler/problem/objective.h"

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

// Of two cuts with the same latency.
bool RegretMeter::IsPreferred(int a, int b) const {
  const int a_layers = exact_.cuts[a].costs.layers.device;
  const int b_layers = exact_.cuts[b].costs.layers.device;
  if (a_layers != b_layers) return a_layers < b_layers;
  return a < b;
}

int RegretMeter::BestAt(const std::vector<int>& cuts, int64_t kbps) const {
  return *std::min_element(cuts.begin(), cuts.end(), [&](int a, int b) {
    const Int128 difference = lines_[a].At(kbps) - lines_[b].At(kbps);
    return difference < 0 || (difference == 0 && IsPreferred(a, b));
  });
}

// The lowest bandwidth above the present one at which `other` takes over from
// `than`, which is the better one at present; the limit of int64 if it never
// does. Only a line that rises less can.
int64_t RegretMeter::FirstBetter(int other, int than) const {
  const Int128 gain = Int128{lines_[than].fixed} - lines_[other].fixed;
  if (gain <= 0) return std::numeric_limits<int64_t>::max();
  // other.At(W) - than.At(W) = lead - W * gain; than is better at present, so
  // the lead is positive.
  const Int128 lead = lines_[other].OnLink() - lines_[than].OnLink();
  const bool tie_is_enough = IsPreferred(other, than);
  const Int128 first =
      tie_is_enough ? (lead + gain - 1) / gain : lead / gain + 1;
  return static_cast<int64_t>(
      std::min<Int128>(first, std::numeric_limits<int64_t>::max()));
}

std::vector<TableRow> RegretMeter::BestRows(const std::vector<int>& cuts,
                                            int64_t min_kbps,
                                            int64_t max_kbps) const {
  std::vector<TableRow> rows;
  int64_t kbps = min_kbps;
  while (kbps <= max_kbps) {
    const int best = BestAt(cuts, kbps);
    int64_t next = max_kbps + 1;
    for (int other : cuts) {
      next = std::min(next, FirstBetter(other, best));
    }
    rows.push_back({kbps, next - 1, best});
    kbps = next;
  }
  return rows;
}

}  // namespace dnncut
