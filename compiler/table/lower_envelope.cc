// SPDX-License-Identifier: Apache-2.0
//
// W times the costs are straight lines in W, so of two lines the one that rises
// less is the better one from some integer W on: where it is lower, or as low
// and preferred. Lines are added by falling rise, to the rows of those before.
// A new one is better than all of them from some W on, so it takes the last
// rows, whole ones while it is better where they begin, and a part of the one
// before. Each line is added and taken away once at most: n log n in all.
#include "compiler/table/lower_envelope.h"

#include <algorithm>
#include <numeric>

namespace dnncut {
namespace {

// Of two cuts with the same cost.
bool IsPreferred(const std::vector<EnvelopeCut>& cuts, int a, int b) {
  const int a_layers = cuts[a].device_layers;
  const int b_layers = cuts[b].device_layers;
  return a_layers != b_layers ? a_layers < b_layers : a < b;
}

// The first bandwidth of the range from which on `later`, which rises less,
// is the better one; beyond the range: nowhere.
int64_t TakesOver(const std::vector<EnvelopeCut>& cuts, int later, int earlier,
                  const BandwidthRange& range) {
  const CostLine lead = cuts[later].cost - cuts[earlier].cost;
  const KbpsInterval better = IsPreferred(cuts, later, earlier)
                                  ? WhereNotPositive(lead, range)
                                  : WhereNegative(lead, range);
  return better.empty() ? range.max_kbps + 1 : better.from;
}

// Those that rise most first, and of those that rise alike the best one.
std::vector<int> ByFallingRise(const std::vector<EnvelopeCut>& cuts) {
  std::vector<int> order(cuts.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](int a, int b) {
    const CostLine& of_a = cuts[a].cost;
    const CostLine& of_b = cuts[b].cost;
    if (of_a.fixed != of_b.fixed) return of_a.fixed > of_b.fixed;
    if (of_a.bytes != of_b.bytes) return of_a.bytes < of_b.bytes;
    return IsPreferred(cuts, a, b);
  });
  const auto equal = std::ranges::unique(order, [&](int a, int b) {
    return cuts[a].cost.fixed == cuts[b].cost.fixed;
  });
  order.erase(equal.begin(), equal.end());
  return order;
}

}  // namespace

std::vector<TableRow> LowerEnvelope(const std::vector<EnvelopeCut>& cuts,
                                    const BandwidthRange& range) {
  std::vector<TableRow> rows;
  for (const int cut : ByFallingRise(cuts)) {
    int64_t from = range.min_kbps;
    while (!rows.empty()) {
      from = TakesOver(cuts, cut, rows.back().cut, range);
      if (from > rows.back().min_kbps) break;
      from = range.min_kbps;
      rows.pop_back();
    }
    if (from > range.max_kbps) continue;
    if (!rows.empty()) rows.back().max_kbps = from - 1;
    rows.push_back({from, range.max_kbps, cut});
  }
  return rows;
}

}  // namespace dnncut
