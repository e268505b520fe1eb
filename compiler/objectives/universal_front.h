// SPDX-License-Identifier: Apache-2.0
//
// Two costs at once, latency and energy, at every bandwidth. At W kbit/s a cut
// costs fixed + 8e6 * bytes / W of each (cost_line.h). A cut with more of
// nothing, neither fixed nor bytes, is better at every bandwidth, whatever both
// costs are worth; so the front of these four numbers has the best cuts for
// every bandwidth, deadline and weighting, also those that no weighting finds.
// It does not depend on the range of the problem.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/objectives/front_search.h"
#include "compiler/objectives/line_prices.h"
#include "compiler/objectives/memory_bound.h"
#include "compiler/problem/problem.h"
#include "compiler/table/cost_ratio.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// A time and an energy, say.
struct TwoCosts {
  CostLine first;
  CostLine second;

  bool operator==(const TwoCosts&) const = default;
};

struct UniversalFront {
  struct Point {
    TableCut cut;
    TwoCosts costs;
  };
  // By the first cost's fixed part, its bytes, and those of the second. Of cuts
  // that cost the same the one with the fewest layers on the device, then the
  // one that has the first layer in which they differ on the server.
  std::vector<Point> points;
  // A cut that was not found costs at least one of these; none: the front is
  // exact.
  std::vector<TwoCosts> open;
  bool is_canonical = false;  // the choice among equal cuts is as said
  int64_t labels = 0;         // what the search took
};

// With `memory`, of the cuts that fit: without points none does, or if the
// front is open, none was found. Throws Error on overflow, or when there is no
// feasible cut.
UniversalFront MakeUniversalFront(const Problem& problem,
                                  const LinePrices& first,
                                  const LinePrices& second,
                                  const SearchLimits& limits,
                                  const MemoryBound* memory = nullptr);

// The best cut for a range of bandwidths.
struct DeadlineRow {
  BandwidthRange range;
  int point = 0;         // of the front
  bool is_late = false;  // no cut meets the deadline: this is the fastest
  // How much more than necessary it may cost at most, of the second cost, or if
  // it is late of the first: 1 where the front is exact.
  CostRatio gap;
};

// For every integer kbit/s of the range (none, if the front has no points) the
// cut with the least second cost of those whose first cost is at most
// `deadline`. Rows touch and cover the range; neighbours differ. On a tie the
// cut with fewer layers on the device, then the first one of the front.
std::vector<DeadlineRow> MeetDeadline(const UniversalFront& front,
                                      int64_t deadline,
                                      const BandwidthRange& range);

// The points of which, at this bandwidth, none is at least as good in both
// costs and better in one; by the first cost. Of points that cost the same
// there the one with fewer layers on the device, then the first one.
std::vector<int> TradeOffs(const UniversalFront& front, int64_t kbps);

}  // namespace dnncut
