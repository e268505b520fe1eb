// SPDX-License-Identifier: Apache-2.0
//
// What differs between two results, as values: diff_text.cc shows them to
// people, diff_json.cc to programs and diff_markdown.cc to a pull request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/problem/side.h"
#include "compiler/table/compare_costs.h"
#include "tools/diff/comparable.h"
#include "tools/diff/server_compatibility.h"
#include "tools/diff/setting_diff.h"

namespace dnncut {

// Both tables at one bandwidth.
struct DiffPoint {
  int64_t kbps = 0;
  int old_cut = 0;
  int new_cut = 0;
  int64_t old_ns = 0;  // rounded half up
  int64_t new_ns = 0;
  CostRatio ratio;  // new by old, exact
};

struct DiffRange {
  BandwidthRange range;
  ChangeKind kind = ChangeKind::kSame;
  DiffPoint most;  // where the change is largest (the lowest such)
};

// Where a cut is used. Cuts of the two tables are the same when they send the
// same tensors, whatever their numbers; of several such in one table the
// first, second, ... belong together.
struct CutUse {
  std::vector<std::string> sends;  // names
  std::optional<int> old_cut;      // nullopt: the old table has none such
  std::optional<int> new_cut;
  bool all_on_device = false;
  // In the common range; empty where it is not used.
  std::vector<BandwidthRange> old_ranges;
  std::vector<BandwidthRange> new_ranges;
};

// Layers of both models that run elsewhere now, at these bandwidths. Numbers of
// layers are those of the new problem.
struct MovedLayers {
  BandwidthRange range;
  int old_cut = 0;
  int new_cut = 0;
  PerSide<std::vector<int>> to;
};

struct LayerDiff {
  LayerMatch match;
  std::vector<MovedLayers> moved;  // by bandwidth; where any layer moved
};

struct ResultDiff {
  StoredResult before;
  StoredResult after;
  BandwidthRange range;  // that both answer for
  std::vector<SettingDiff> settings;
  DiffPoint worst;  // the largest ratio of all (at the lowest such bandwidth)
  DiffPoint best;
  std::vector<DiffRange> ranges;    // cover `range`
  std::vector<DiffPoint> points;    // both ends, and powers of ten between
  std::vector<CutUse> cuts;         // by their first bandwidth, old before new
  std::optional<LayerDiff> layers;  // nullopt: one has no problem.json
  ServerCompatibility forward;      // the new table with the old server
  ServerCompatibility backward;     // the old table with the new server
};

// Throws Error as RequireComparable does.
ResultDiff DiffResults(StoredResult before, StoredResult after);

// The same model, settings, cuts and layers, so the same latency everywhere.
bool IsSame(const ResultDiff& diff);

// Is a cut used elsewhere than before?
bool HasMoved(const CutUse& use);

}  // namespace dnncut
