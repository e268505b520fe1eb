// SPDX-License-Identifier: Apache-2.0
#include "backends/result/chosen_halves.h"

#include <algorithm>
#include <numeric>

#include "compiler/base/checked_math.h"
#include "compiler/base/error.h"

namespace dnncut {
namespace {

// Of the widest row of a cut, which holds min_kbps to below end_kbps.
struct Width {
  int64_t min_kbps = 1;
  int64_t end_kbps = 1;  // that of no row: a ratio of 1, below all others
};

bool IsWider(const Width& a, const Width& b) {
  return Int128{a.end_kbps} * b.min_kbps > Int128{b.end_kbps} * a.min_kbps;
}

std::vector<Width> WidthsByCut(const CutTable& table) {
  std::vector<Width> widths(table.cuts.size());
  for (const TableRow& row : table.rows) {
    const Width width = {row.min_kbps, row.max_kbps + 1};
    if (IsWider(width, widths[row.cut])) widths[row.cut] = width;
  }
  return widths;
}

void RequireCut(const CutTable& table, int only_cut) {
  const int cuts = static_cast<int>(table.cuts.size());
  if (only_cut >= 0 && only_cut < cuts) return;
  Fail(ExitCode::kUsage, "E609",
       "--only-cut {}: there is no such cut; the table has cuts 0 to {}",
       only_cut, cuts - 1);
}

}  // namespace

std::vector<bool> ChooseHalves(const CutTable& table, int most,
                               std::optional<int> only_cut) {
  std::vector<bool> chosen(table.cuts.size());
  if (only_cut) {
    RequireCut(table, *only_cut);
    chosen[*only_cut] = true;
    return chosen;
  }
  const std::vector<Width> widths = WidthsByCut(table);
  std::vector<int> order(table.cuts.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(
      order, [&](int a, int b) { return IsWider(widths[a], widths[b]); });
  order.resize(std::min<size_t>(order.size(), most));
  for (const int cut : order) chosen[cut] = true;
  return chosen;
}

}  // namespace dnncut
