// SPDX-License-Identifier: Apache-2.0
//
// Two tables compared over every integer kbit/s of a range: where one is slower
// or faster than the other and by how much at most, exactly. Read by dnncut
// diff.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/problem/problem.h"
#include "compiler/table/latency_ratio.h"

namespace dnncut {

// What a table takes on min_kbps .. max_kbps.
struct LatencyPiece {
  BandwidthRange range;
  LatencyLine line;
};

// Where the new latency stands to the old one as `ratio` says.
struct LatencyChange {
  LatencyRatio ratio;  // new by old
  int64_t kbps = 0;
};

enum class ChangeKind { kSame, kFaster, kSlower };

// A longest range on which the new table is the same, faster or slower.
struct ChangedRange {
  BandwidthRange range;
  ChangeKind kind = ChangeKind::kSame;
  LatencyChange most;  // the farthest from 1 (the lowest such)
};

struct LatencyComparison {
  LatencyChange worst;  // the largest ratio (at the lowest such bandwidth)
  LatencyChange best;   // the smallest
  std::vector<ChangedRange> ranges;  // sorted, touching
};

// Both lists are sorted, touch each other, and cover the same range.
LatencyComparison CompareLatencies(const std::vector<LatencyPiece>& before,
                                   const std::vector<LatencyPiece>& after);

}  // namespace dnncut
