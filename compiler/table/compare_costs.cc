// SPDX-License-Identifier: Apache-2.0
//
// Why the ends of pieces are enough. Where both tables keep their cut, W *
// cost is a line in W for each, a(W) = W * fixed + 8e6 * bytes >= 0 and b(W),
// and their ratio a / b is a Moebius transformation of W: constant or strictly
// monotone where b > 0. So over a range it is largest and smallest at its ends,
// and when the two differ, nowhere else. b is 0 at a W > 0 only when it is 0
// everywhere; then the ratio is 1 or infinite, and constant, too.
//
// a - b is a line as well: it is positive, zero or negative on one interval
// each.
#include "compiler/table/compare_costs.h"

#include <algorithm>
#include <stdexcept>

namespace dnncut {
namespace {

// A range on which both tables keep their cut.
struct CommonPiece {
  BandwidthRange range;
  CostLine before;
  CostLine after;

  ChangeKind KindAt(int64_t kbps) const {
    const Int128 difference = after.At(kbps) - before.At(kbps);
    if (difference == 0) return ChangeKind::kSame;
    return difference < 0 ? ChangeKind::kFaster : ChangeKind::kSlower;
  }

  CostChange ChangeAt(int64_t kbps) const {
    return {RatioAt(after, before, kbps), kbps};
  }

  // The last bandwidth of the piece up to which it is as it is at `kbps`.
  int64_t LastLike(int64_t kbps) const {
    const BandwidthRange rest = {kbps, range.max_kbps};
    const CostLine rise = after - before;
    const CostLine fall = before - after;
    switch (KindAt(kbps)) {
      case ChangeKind::kFaster:
        return WhereNegative(rise, rest).to;
      case ChangeKind::kSlower:
        return WhereNegative(fall, rest).to;
      case ChangeKind::kSame:
        return std::min(WhereNotPositive(rise, rest).to,
                        WhereNotPositive(fall, rest).to);
    }
    throw std::logic_error("a change of another kind");
  }
};

// Bandwidths come in ascending order, so that the lowest of equals stays.
void KeepWorse(const CostChange& change, CostChange* worst) {
  if (worst->kbps == 0 || worst->ratio < change.ratio) *worst = change;
}

void KeepBetter(const CostChange& change, CostChange* best) {
  if (best->kbps == 0 || change.ratio < best->ratio) *best = change;
}

// The next range of one kind, in one piece.
void Append(const CommonPiece& piece, const BandwidthRange& range,
            CostComparison* comparison) {
  const ChangeKind kind = piece.KindAt(range.min_kbps);
  std::vector<ChangedRange>& ranges = comparison->ranges;
  if (ranges.empty() || ranges.back().kind != kind) {
    ranges.push_back({range, kind, {}});
  }
  ChangedRange& last = ranges.back();
  last.range.max_kbps = range.max_kbps;
  for (const int64_t kbps : {range.min_kbps, range.max_kbps}) {
    const CostChange change = piece.ChangeAt(kbps);
    KeepWorse(change, &comparison->worst);
    KeepBetter(change, &comparison->best);
    if (kind == ChangeKind::kFaster) {
      KeepBetter(change, &last.most);
    } else {
      KeepWorse(change, &last.most);
    }
  }
}

}  // namespace

CostComparison CompareCosts(const std::vector<CostPiece>& before,
                            const std::vector<CostPiece>& after) {
  CostComparison comparison;
  size_t b = 0;
  size_t a = 0;
  int64_t kbps = before.front().range.min_kbps;
  while (b < before.size()) {
    const int64_t end =
        std::min(before[b].range.max_kbps, after[a].range.max_kbps);
    const CommonPiece piece = {{kbps, end}, before[b].line, after[a].line};
    while (kbps <= end) {
      const int64_t last = piece.LastLike(kbps);
      Append(piece, {kbps, last}, &comparison);
      kbps = last + 1;
    }
    b += before[b].range.max_kbps == end;
    a += after[a].range.max_kbps == end;
  }
  return comparison;
}

}  // namespace dnncut
