// SPDX-License-Identifier: Apache-2.0
//
// Compares two tables at every integer kbit/s of a range: where one is slower
// or faster than the other, and by how much at most, exactly.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/problem/cost_line.h"
#include "compiler/problem/problem.h"
#include "compiler/table/cost_ratio.h"

namespace dnncut {

// The cost of a table on min_kbps .. max_kbps.
struct CostPiece {
  BandwidthRange range;
  CostLine line;
};

// The ratio of the new cost to the old one, and a bandwidth at which it is so.
struct CostChange {
  CostRatio ratio;  // new by old
  int64_t kbps = 0;
};

enum class ChangeKind { kSame, kFaster, kSlower };

// A longest range on which the new table is the same, faster or slower.
struct ChangedRange {
  BandwidthRange range;
  ChangeKind kind = ChangeKind::kSame;
  CostChange most;  // the farthest from 1 (the lowest such)
};

struct CostComparison {
  CostChange worst;  // the largest ratio (at the lowest such bandwidth)
  CostChange best;   // the smallest
  std::vector<ChangedRange> ranges;  // sorted, touching
};

// Both lists are sorted, touch each other, and cover the same range.
CostComparison CompareCosts(const std::vector<CostPiece>& before,
                            const std::vector<CostPiece>& after);

}  // namespace dnncut
