// SPDX-License-Identifier: Apache-2.0
//
// KeepCuts. Number the cuts that have a row by their rows. From one winner to
// the next, fixed_ns gets smaller and the bytes get more (two winners a before
// b: L_a <= L_b at a's row and L_b <= L_a at b's, so L_b - L_a falls; equal
// slopes would make the lines equal and the winners one). Hence from the row of
// cut i upwards no cut before i is better than i, and down from the row of j no
// cut after j is better than j: between the rows of two neighbours i < j among
// the kept cuts the best kept cut is i or j, before the first kept cut it is
// the first and after the last the last. The worst regret of a choice is
// therefore the largest of independent parts
//
//   Gap(start, i1), Gap(i1, i2), ..., Gap(ik, end)
//
// and dynamic programming over (cuts still to keep, last kept cut) minimises
// it, in exact fractions. Keeping one more cut never makes the worst regret
// larger, so as many are kept as allowed.
//
// The device-only cut without a row lies anywhere among the others; with it,
// every gap is the best of i, j and it. So the choice is made twice, without it
// and with it, and the better one taken.
#include "compiler/table/approximate_table.h"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "compiler/base/ascending.h"
#include "compiler/base/interrupt.h"
#include "compiler/base/require.h"
#include "compiler/problem/cut_kind.h"
#include "compiler/table/regret.h"

namespace dnncut {
namespace {

void RequireExact(const CutTable& table) {
  if (table.approximation) {
    throw std::logic_error("the table to approximate is not the exact one");
  }
}

// The number of the device-only cut when it has no row.
std::optional<int> RowlessCut(const CutTable& exact) {
  if (exact.cuts.size() == exact.rows.size()) return std::nullopt;
  return static_cast<int>(exact.cuts.size()) - 1;
}

// The table with `rows`, whose cuts are numbers of the exact table: neighbours
// that agree become one row, cuts are numbered anew, and the device-only cut
// stays.
CutTable MakeTable(const CutTable& exact, const std::vector<TableRow>& rows,
                   const RegretMeter& meter, const std::string& kind) {
  CutTable table;
  std::map<int, int> new_number;
  const auto number = [&](int cut) {
    const int next = static_cast<int>(table.cuts.size());
    const auto [entry, is_new] = new_number.emplace(cut, next);
    if (is_new) table.cuts.push_back(exact.cuts[cut]);
    return entry->second;
  };
  for (const TableRow& row : rows) {
    const int cut = number(row.cut);
    if (!table.rows.empty() && table.rows.back().cut == cut) {
      table.rows.back().max_kbps = row.max_kbps;
    } else {
      table.rows.push_back({row.min_kbps, row.max_kbps, cut});
    }
  }
  for (int cut = 0; cut < static_cast<int>(exact.cuts.size()); ++cut) {
    if (KindOf(exact.cuts[cut].costs) == CutKind::kDeviceOnly) number(cut);
  }
  const WorstRegret worst = meter.Worst(rows);
  table.approximation = {kind, worst.regret.Excess(), worst.kbps};
  return table;
}

// Chooses which cuts to keep, as the head of the file explains.
class Chooser {
 public:
  struct Choice {
    Regret worst;
    std::vector<int> cuts;
  };

  // `also` is kept in any case and not counted.
  Chooser(const CutTable& exact, const RegretMeter& meter,
          std::optional<int> also)
      : rows_(exact.rows),
        count_(static_cast<int>(exact.rows.size())),
        meter_(meter),
        also_(also) {}

  // `keep` in 0 .. number of rows; 0 only with `also`.
  Choice Choose(int keep) {
    Choice choice;
    if (keep == 0) {
      choice.worst = Gap({}, rows_.front().min_kbps, rows_.back().max_kbps);
    } else {
      choice = ChooseAmongRows(keep);
    }
    if (also_) choice.cuts.push_back(*also_);
    return choice;
  }

 private:
  // Worst regret on a range where the best of `cuts` (and `also_`) is used.
  Regret Gap(std::vector<int> cuts, int64_t min_kbps, int64_t max_kbps) const {
    if (also_) cuts.push_back(*also_);
    return meter_.Worst(meter_.BestRows(cuts, min_kbps, max_kbps)).regret;
  }

  Choice ChooseAmongRows(int keep) {
    FillGaps();
    // tails[k][i]: the least worst regret from cut i on when i is kept and k
    // more after it; nullopt when there are fewer.
    std::vector<std::vector<std::optional<Regret>>> tails(
        keep, std::vector<std::optional<Regret>>(count_));
    for (int i = 0; i < count_; ++i) tails[0][i] = to_end_[i];
    for (int k = 1; k < keep; ++k) {
      for (int i = 0; i < count_; ++i) {
        for (int j = i + 1; j < count_; ++j) {
          if (!tails[k - 1][j]) continue;
          const Regret worst = std::max(gaps_[i][j], *tails[k - 1][j]);
          if (!tails[k][i] || worst < *tails[k][i]) tails[k][i] = worst;
        }
      }
    }
    std::optional<Regret> least;
    for (int i = 0; i < count_; ++i) {
      if (!tails[keep - 1][i]) continue;
      const Regret worst = std::max(from_start_[i], *tails[keep - 1][i]);
      if (!least || worst < *least) least = worst;
    }
    // The lexicographically smallest list of cuts that reaches it.
    Choice choice{*least, {}};
    for (int k = keep - 1; k >= 0; --k) {
      const int last = choice.cuts.empty() ? -1 : choice.cuts.back();
      for (int j = last + 1; j < count_; ++j) {
        const Regret& gap = last == -1 ? from_start_[j] : gaps_[last][j];
        if (!tails[k][j] || *least < gap || *least < *tails[k][j]) continue;
        choice.cuts.push_back(j);
        break;
      }
    }
    return choice;
  }

  void FillGaps() {
    gaps_.assign(count_, std::vector<Regret>(count_));
    from_start_.resize(count_);
    to_end_.resize(count_);
    for (int i = 0; i < count_; ++i) {
      const int64_t own = rows_[i].min_kbps;
      ThrowIfInterrupted();
      from_start_[i] = Gap({i}, rows_.front().min_kbps, own);
      to_end_[i] = Gap({i}, own, rows_.back().max_kbps);
      for (int j = i + 1; j < count_; ++j) {
        gaps_[i][j] = Gap({i, j}, own, rows_[j].min_kbps);
      }
    }
  }

  const std::vector<TableRow>& rows_;
  const int count_;
  const RegretMeter& meter_;
  const std::optional<int> also_;
  std::vector<std::vector<Regret>> gaps_;  // [i][j], i < j
  std::vector<Regret> from_start_;
  std::vector<Regret> to_end_;
};

}  // namespace

CutTable ApplyBuckets(const Problem& problem, const CutTable& exact,
                      const std::vector<int64_t>& lower_kbps) {
  RequireExact(exact);
  Require(IsAscending(lower_kbps), "that the lower bounds ascend");
  const RegretMeter meter(problem, exact);
  const int64_t range_min = exact.rows.front().min_kbps;
  const int64_t range_max = exact.rows.back().max_kbps;
  std::vector<TableRow> rows;
  const size_t count = std::max<size_t>(lower_kbps.size(), 1);
  for (size_t b = 0; b < count; ++b) {
    TableRow row;
    row.min_kbps = b == 0 ? range_min : std::max(range_min, lower_kbps[b]);
    row.max_kbps =
        b + 1 < count ? std::min(range_max, lower_kbps[b + 1] - 1) : range_max;
    if (row.min_kbps > row.max_kbps) continue;
    std::vector<Regret> worst;
    for (int cut = 0; cut < static_cast<int>(exact.cuts.size()); ++cut) {
      worst.push_back(meter.Worst(cut, row.min_kbps, row.max_kbps));
    }
    row.cut = static_cast<int>(std::min_element(worst.begin(), worst.end()) -
                               worst.begin());
    rows.push_back(row);
  }
  return MakeTable(exact, rows, meter, "buckets");
}

CutTable KeepCuts(const Problem& problem, const CutTable& exact, int max_cuts) {
  RequireExact(exact);
  if (max_cuts < 1) throw std::logic_error("KeepCuts: max_cuts must be >= 1");
  const RegretMeter meter(problem, exact);
  const int keep = std::min(max_cuts, static_cast<int>(exact.rows.size()));
  Chooser::Choice choice = Chooser(exact, meter, std::nullopt).Choose(keep);
  const std::optional<int> rowless = RowlessCut(exact);
  if (rowless) {
    Chooser::Choice with = Chooser(exact, meter, rowless).Choose(keep - 1);
    if (with.worst < choice.worst) choice = std::move(with);
  }
  return MakeTable(exact,
                   meter.BestRows(choice.cuts, exact.rows.front().min_kbps,
                                  exact.rows.back().max_kbps),
                   meter, "max-cuts");
}

}  // namespace dnncut
