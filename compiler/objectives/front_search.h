// SPDX-License-Identifier: Apache-2.0
//
// The search for fronts: of all cuts, those than which none is at least as good
// in every objective and better in one. An objective is the largest of a few
// amounts, or just one: a stream of frames has (the busiest of device, server
// and downlink; bytes), latency and energy have (time; energy; bytes).
// front_search.cc says how it works and why it is right.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "compiler/objectives/decision_graph.h"
#include "compiler/objectives/front_goals.h"

namespace dnncut {

struct FrontPoint {
  Values values = {};
  std::vector<bool> on_device;  // by BlockId
  Amounts amounts;
};

struct FrontQuestion {
  struct Amount {
    int objective = -1;        // of which it is a part; -1: of none
    bool breaks_ties = false;  // of cuts with the same values the one with the
                               // least sum of these is taken
  };
  int objectives = 0;
  // Of the objectives behind these: what they may be at most. They are no
  // values of points, where they are 0; cuts with more do not count.
  std::vector<int64_t> bounds;
  std::vector<Amount> amounts;  // of the graph
  // Given the points that are known, one at least, up to where others are of
  // interest.
  // Without it, everywhere.
  std::function<Values(const std::vector<FrontPoint>&)> most;
  // Which of the points found are of interest, to find the best cut of each.
  // Without it, all.
  std::function<void(std::vector<FrontPoint>*)> select;
};

// When to end a search that is not done. The first two do not depend on the
// machine, so the result does not either.
struct SearchLimits {
  int64_t nodes = 400'000;     // of the graph of decisions
  int64_t labels = 5'000'000;  // looked at, all in all
  std::optional<int64_t> ns;   // on the clock, from the start of the search
};

// Values that may have cuts which were not found: from .. to in everything.
struct OpenRegion {
  Values from = {};
  Values to = {};
};

// What holds for the values of every cut: their weighted sum is at least this.
struct LinearBound {
  Values weights = {};
  int64_t least = 0;
};

struct Front {
  std::vector<FrontPoint> points;   // by their values
  std::vector<OpenRegion> open;     // none: the front is exact
  std::vector<LinearBound> bounds;  // when it is not
  bool is_canonical = false;        // each cut is the best of its values
  int64_t labels = 0;               // looked at
};

Front SearchFront(const DecisionGraph& graph, const FrontQuestion& question,
                  const SearchLimits& limits);

}  // namespace dnncut
