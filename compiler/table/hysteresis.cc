// SPDX-License-Identifier: Apache-2.0
//
// A cut with the line L(W) = W * fixed + 8e6 * bytes (W * cost) may be kept
// in a row of a cut with the line M while
//
//   kRegret          100 % * L(W) <= (100 % + limit) * M(W)
//   kSwitchingCost             L(W) <= M(W) + W * limit
//
// Both are of the form W * slope <= bound, whose integer solutions in the row
// are one interval (WhereAtMost). So from the ends of its own row the range of
// a cut grows row by row, until it ends inside of one.
#include "compiler/table/hysteresis.h"

#include <utility>

#include "compiler/base/interrupt.h"
#include "compiler/problem/objective.h"

namespace dnncut {
namespace {

// Where in the row `row`, whose cut costs `line`, another cut may be kept.
KbpsInterval WhereKept(const CostLine& kept, const CostLine& line,
                       const TableRow& row, const HysteresisLimit& limit) {
  const BandwidthRange range = {row.min_kbps, row.max_kbps};
  if (limit.kind == HysteresisLimit::Kind::kSwitchingCost) {
    return WhereAtMost(Int128{kept.fixed} - line.fixed - limit.limit,
                       line.OnLink() - kept.OnLink(), range);
  }
  const Int128 whole = kHysteresisWhole;
  const Int128 most = whole + limit.limit;
  return WhereAtMost(whole * kept.fixed - most * line.fixed,
                     most * line.OnLink() - whole * kept.OnLink(), range);
}

class Ranges {
 public:
  Ranges(const CutTable& table, const Downlink& downlink,
         const HysteresisLimit& limit)
      : rows_(table.rows), limit_(limit) {
    for (const TableRow& row : rows_) {
      lines_.push_back(LatencyOf(table.cuts[row.cut].costs, downlink));
    }
    // A table of halves to be measured has no rows.
    if (!rows_.empty()) result_.worst_kbps = rows_.front().min_kbps;
  }

  Hysteresis Make() {
    for (size_t row = 0; row < rows_.size(); ++row) {
      ThrowIfInterrupted();
      result_.stay.push_back({Lowest(row), Highest(row)});
    }
    return std::move(result_);
  }

 private:
  int64_t Highest(size_t kept) {
    int64_t highest = rows_[kept].max_kbps;
    for (size_t row = kept + 1; row < rows_.size(); ++row) {
      const KbpsInterval kept_in =
          WhereKept(lines_[kept], lines_[row], rows_[row], limit_);
      if (!kept_in.Has(rows_[row].min_kbps)) break;
      highest = kept_in.to;
      Note(kept, row, rows_[row].min_kbps);
      Note(kept, row, highest);
      if (highest < rows_[row].max_kbps) break;
    }
    return highest;
  }

  int64_t Lowest(size_t kept) {
    int64_t lowest = rows_[kept].min_kbps;
    for (size_t row = kept; row-- > 0;) {
      const KbpsInterval kept_in =
          WhereKept(lines_[kept], lines_[row], rows_[row], limit_);
      if (!kept_in.Has(rows_[row].max_kbps)) break;
      lowest = kept_in.from;
      Note(kept, row, rows_[row].max_kbps);
      Note(kept, row, lowest);
      if (lowest > rows_[row].min_kbps) break;
    }
    return lowest;
  }

  // The ratio of two lines is monotone in W, so it is worst where the part of a
  // row that belongs to a range begins or ends.
  void Note(size_t kept, size_t row, int64_t kbps) {
    const CostRatio ratio = RatioAt(lines_[kept], lines_[row], kbps);
    if (!(result_.worst < ratio)) return;
    result_.worst = ratio;
    result_.worst_kbps = kbps;
  }

  const std::vector<TableRow>& rows_;
  const HysteresisLimit limit_;
  std::vector<CostLine> lines_;  // by row
  Hysteresis result_;
};

}  // namespace

Hysteresis MakeHysteresis(const CutTable& table, const Downlink& downlink,
                          const HysteresisLimit& limit) {
  return Ranges(table, downlink, limit).Make();
}

}  // namespace dnncut
