// SPDX-License-Identifier: Apache-2.0
//
// Times that are off are weights of the objective (objective.h), in 1/1000. The
// corners of all rows' boxes lie in four problems, one for each corner of
// (device, server), whose tables have the best cut at any bandwidth; each row
// looks up two bandwidths in each of them.
//
// How far one side may be off: at a bandwidth, the cost of each cut is a line
// in the factor of that side, so a cut is best on an interval of factors. Its
// end is found from outside. If another cut is best at a factor, it is better
// than ours up to where their lines meet; no factor beyond that is an end, so
// the search goes on there. Each step finds a line that meets ours nearer, and
// there are finitely many.
#include "compiler/objectives/robustness.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/objectives/table_within.h"
#include "compiler/problem/block_graph.h"
#include "compiler/problem/objective.h"

namespace dnncut {
namespace {

// The same with all times of the sides times so many 1/1000.
Problem Scaled(const Problem& problem, const PerSide<int64_t>& permille,
               const BandwidthRange& range) {
  Problem scaled = problem;
  scaled.objective = {permille.device, kPermille, permille.server};
  scaled.range = range;
  return scaled;
}

// The best of the cuts that fit.
CutTable BestTable(const Problem& problem) {
  TableWithin within = BuildTableWithin(problem, MakeBlockGraph(problem), {});
  if (within.table.approximation) {
    Fail(ExitCode::kBadInput, "E138",
         "the search for the best cut that fits into memory when times are off "
         "ended early; allow more with --device-memory or --server-memory, or "
         "leave out --uncertainty");
  }
  return std::move(within.table);
}

// The bandwidths that are off by so much from one of the row's.
BandwidthRange Widened(const TableRow& row, int64_t permille) {
  const int64_t low = row.min_kbps * (kPermille - permille) / kPermille;
  const int64_t high =
      (row.max_kbps * (kPermille + permille) + kPermille - 1) / kPermille;
  return {std::max<int64_t>(low, 1), std::min(high, kLimitKbps)};
}

// What the factor of a side multiplies.
int64_t TimeOf(const CutCosts& costs, Side side) {
  return costs.ns[side] + (side == Side::kDevice ? costs.cross_ns : 0);
}

class RobustnessSearch {
 public:
  RobustnessSearch(const Problem& problem, const CutTable& table,
                   int64_t permille)
      : problem_(problem), table_(table), permille_(permille) {}

  std::vector<RowRobustness> Find(const std::vector<int64_t>& kbps) {
    std::vector<RowRobustness> rows(table_.rows.size());
    const BandwidthRange range = {
        Widened(table_.rows.front(), permille_).min_kbps,
        Widened(table_.rows.back(), permille_).max_kbps};
    for (const int64_t device : {-permille_, permille_}) {
      for (const int64_t server : {-permille_, permille_}) {
        LookAtCorner({kPermille + device, kPermille + server}, range, &rows);
      }
    }
    for (size_t r = 0; r < rows.size(); ++r) {
      rows[r].kbps = kbps.at(r);
      for (const Side side : kSides) {
        rows[r].stays_best[side] = {EndOf(r, side, kbps[r], 0),
                                    EndOf(r, side, kbps[r], kMostPermille)};
      }
    }
    return rows;
  }

 private:
  const CutCosts& CostsOf(size_t row) const {
    return table_.cuts[table_.rows[row].cut].costs;
  }

  void LookAtCorner(const PerSide<int64_t>& factors,
                    const BandwidthRange& range,
                    std::vector<RowRobustness>* rows) {
    const Problem scaled = Scaled(problem_, factors, range);
    const CutTable best = BestTable(scaled);
    for (size_t r = 0; r < rows->size(); ++r) {
      const auto [low, high] = Widened(table_.rows[r], permille_);
      const CostLine ours = CostOf(CostsOf(r), scaled);
      for (const int64_t kbps : {low, high}) {
        const CostLine least =
            CostOf(best.cuts[FindRow(best, kbps).cut].costs, scaled);
        const CostRatio ratio = RatioAt(ours, least, kbps);
        RowRobustness& row = (*rows)[r];
        if (row.worst_kbps != 0 && !(row.worst < ratio)) continue;
        row.worst = ratio;
        row.worst_permille = factors;
        row.worst_kbps = kbps;
      }
    }
  }

  // The last factor of the side's times, from 1000 to `end`, at which no cut is
  // better than the row's.
  int64_t EndOf(size_t row, Side side, int64_t kbps, int64_t end) {
    int64_t factor = end;
    while (factor != kPermille) {
      PerSide<int64_t> factors = {kPermille, kPermille};
      factors[side] = factor;
      const Problem scaled = Scaled(problem_, factors, {kbps, kbps});
      const CutTable best = BestTable(scaled);
      const CutCosts& other = best.cuts[best.rows[0].cut].costs;
      const Int128 more = CostOf(CostsOf(row), scaled).At(kbps) -
                          CostOf(other, scaled).At(kbps);
      if (more <= 0) break;
      // By so much ours costs more for each 1/1000.
      const Int128 slope =
          Int128{kbps} * (TimeOf(CostsOf(row), side) - TimeOf(other, side));
      if (slope == 0) throw std::logic_error("the row's cut is not the best");
      // At 1000 ours costs as much or less, so the slope leads there.
      const Int128 steps = (more + (slope < 0 ? -slope : slope) - 1) /
                           (slope < 0 ? -slope : slope);
      factor += static_cast<int64_t>(end == 0 ? steps : -steps);
    }
    return factor;
  }

  const Problem& problem_;
  const CutTable& table_;
  const int64_t permille_;
};

}  // namespace

Robustness FindRobustness(const Problem& problem, const CutTable& table,
                          int64_t permille, const std::vector<int64_t>& kbps) {
  return {permille, RobustnessSearch(problem, table, permille).Find(kbps)};
}

}  // namespace dnncut
