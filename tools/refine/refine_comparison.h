// SPDX-License-Identifier: Apache-2.0
//
// Predicted against measured times of the halves that refine has measured.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "backends/result/labels.h"
#include "compiler/problem/problem.h"
#include "compiler/problem/side.h"
#include "compiler/table/cut_table.h"
#include "cost_models/measured/half_time_fit.h"

namespace dnncut {

// A cut and how long its halves took, slowed down already.
struct MeasuredCut {
  TableCut cut;
  MeasuredTimes times;
  bool held_out = false;  // measured, but not fitted to
};

// What was predicted and what was measured, of one half.
struct HalfComparison {
  int64_t before_ns = 0;  // the table's as it was
  int64_t after_ns = 0;   // as fitted
  int64_t scaled_ns = 0;  // with one factor for all layers of the side
  int64_t measured_ns = 0;
};

struct RefinedCut {
  PerSide<int> layers;
  int64_t upload_bytes = 0;
  std::optional<int> id;   // in the refined table; nullopt: not in it
  std::optional<int> was;  // in the table before
  bool held_out = false;
  PerSide<std::optional<HalfComparison>> halves;
};

// Mean absolute percentage errors of halves, as fractions; 0 of none.
struct RefineErrors {
  int halves = 0;
  double before = 0;
  double after = 0;
  double scaled = 0;
};

// The measured halves of one side, without those held out.
std::vector<HalfTime> TimesOf(const std::vector<MeasuredCut>& measured,
                              Side side);

// Where a cut stands in a table; nullopt: it does not.
std::optional<int> IdOf(const Cut& cut, const std::vector<TableCut>& cuts);

// The problem as it was, and what the table was and is.
struct Refinement {
  const Problem& problem;
  const FittedCrossings& crossings;  // that an earlier refine has added
  const std::vector<TableCut>& before;
  const std::vector<TableCut>& after;
  const PerSide<SideCosts>& fitted;
};

// By number in the refined table; cuts that are not in it follow, those with
// the fewest layers on the device first.
std::vector<RefinedCut> CompareCuts(const Refinement& refinement,
                                    const std::vector<MeasuredCut>& measured);

// Of those that were held out, or of the others.
RefineErrors ErrorsOf(const std::vector<RefinedCut>& cuts, bool held_out);

}  // namespace dnncut
