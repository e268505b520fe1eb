// SPDX-License-Identifier: Apache-2.0
//
// W times the costs are straight lines in W, so with growing W the best line
// can only be replaced by one that rises less.
#include "compiler/table/lower_envelope.h"

#include <algorithm>

namespace dnncut {
namespace {

// Of two cuts with the same cost.
bool IsPreferred(const std::vector<EnvelopeCut>& cuts, int a, int b) {
  const int a_layers = cuts[a].device_layers;
  const int b_layers = cuts[b].device_layers;
  return a_layers != b_layers ? a_layers < b_layers : a < b;
}

int BestAt(const std::vector<EnvelopeCut>& cuts, int64_t kbps) {
  int best = 0;
  Int128 least = cuts[0].cost.At(kbps);
  for (int cut = 1; cut < static_cast<int>(cuts.size()); ++cut) {
    const Int128 cost = cuts[cut].cost.At(kbps);
    if (cost > least || (cost == least && !IsPreferred(cuts, cut, best))) {
      continue;
    }
    best = cut;
    least = cost;
  }
  return best;
}

// The last bandwidth of the range up to which `best`, the best cut at its
// beginning, stays so.
int64_t LastOf(int best, const std::vector<EnvelopeCut>& cuts,
               BandwidthRange range) {
  for (int other = 0; other < static_cast<int>(cuts.size()); ++other) {
    const CostLine lead = cuts[other].cost - cuts[best].cost;
    if (lead.fixed >= 0) continue;
    const KbpsInterval better = IsPreferred(cuts, other, best)
                                    ? WhereNotPositive(lead, range)
                                    : WhereNegative(lead, range);
    if (!better.empty()) range.max_kbps = better.from - 1;
  }
  return range.max_kbps;
}

}  // namespace

std::vector<TableRow> LowerEnvelope(const std::vector<EnvelopeCut>& cuts,
                                    const BandwidthRange& range) {
  std::vector<TableRow> rows;
  int64_t kbps = range.min_kbps;
  while (kbps <= range.max_kbps) {
    const int best = BestAt(cuts, kbps);
    const int64_t last = LastOf(best, cuts, {kbps, range.max_kbps});
    rows.push_back({kbps, last, best});
    kbps = last + 1;
  }
  return rows;
}

}  // namespace dnncut
