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
//
// In an exact table, and most others, each row has the least of all rows' lines
// (HasLeastLines looks whether it does). Their minimum is concave, so W * limit
// and so on plus that, less L(W), is concave, too: a cut may be kept in one
// interval, and the row where that ends is found by halving. The ratio of L(W)
// to the minimum grows with the distance from the cut's own row: where it is at
// most c, c times the minimum less L(W) is not negative, which is an interval.
// So of the rows in between none is worse than the last.
#include "compiler/table/hysteresis.h"

#include <algorithm>
#include <cstddef>
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
    has_least_lines_ = HasLeastLines();
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
  // Of neighbours, which are different lines, each is less than the other on
  // its own side of where the rows meet. Then the lines are in the order of
  // their slopes, and the rows are those of their minimum.
  bool HasLeastLines() const {
    for (size_t row = 1; row < rows_.size(); ++row) {
      const CostLine& before = lines_[row - 1];
      const CostLine& line = lines_[row];
      const int64_t end = rows_[row - 1].max_kbps;
      if (before == line || before.At(end) > line.At(end) ||
          line.At(end + 1) > before.At(end + 1)) {
        return false;
      }
    }
    return true;
  }

  KbpsInterval KeptIn(size_t row, size_t kept) const {
    return WhereKept(lines_[kept], lines_[row], rows_[row], limit_);
  }

  // The first row above the kept cut's that is to be looked at: where the range
  // ends, unless that has to be found row by row.
  size_t FirstAbove(size_t kept) const {
    if (!has_least_lines_) return kept + 1;
    const auto begin = rows_.begin() + static_cast<ptrdiff_t>(kept);
    const auto end =
        std::partition_point(begin + 1, rows_.end(), [&](const TableRow& row) {
          return KeptIn(&row - rows_.data(), kept).Has(row.min_kbps);
        });
    return std::max<size_t>(kept + 1, end - rows_.begin() - 1);
  }

  // The same below, where 0 comes last.
  size_t FirstBelow(size_t kept) const {
    if (!has_least_lines_) return kept;
    const auto end = rows_.begin() + static_cast<ptrdiff_t>(kept);
    const auto first =
        std::partition_point(rows_.begin(), end, [&](const TableRow& row) {
          return !KeptIn(&row - rows_.data(), kept).Has(row.max_kbps);
        });
    return std::min<size_t>(kept, first - rows_.begin() + 1);
  }

  int64_t Highest(size_t kept) {
    int64_t highest = rows_[kept].max_kbps;
    for (size_t row = FirstAbove(kept); row < rows_.size(); ++row) {
      const KbpsInterval kept_in = KeptIn(row, kept);
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
    for (size_t row = FirstBelow(kept); row-- > 0;) {
      const KbpsInterval kept_in = KeptIn(row, kept);
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
  bool has_least_lines_ = false;
  Hysteresis result_;
};

}  // namespace

Hysteresis MakeHysteresis(const CutTable& table, const Downlink& downlink,
                          const HysteresisLimit& limit) {
  return Ranges(table, downlink, limit).Make();
}

}  // namespace dnncut
