// SPDX-License-Identifier: Apache-2.0
//
// The table of the cuts whose halves fit into memory, and the best of them at
// one bandwidth.
#pragma once

#include "compiler/objectives/front_search.h"
#include "compiler/problem/block_graph.h"
#include "compiler/problem/problem.h"
#include "compiler/table/cut_table.h"
#include "compiler/table/slowdown_cuts.h"

namespace dnncut {

struct TableWithin {
  // As BuildCutTable makes it. Its rows are empty when no cut fits. Where the
  // search ended early it is an approximation of the kind "search", whose
  // regret is proved: no cut that fits is better by more.
  CutTable table;
  // The best cuts of all do not all fit, so that the table is another one than
  // without limits.
  bool is_limited = false;
};

// `blocks` as for BuildCutTable; what fits is what Fits says of problem.memory.
// Of cuts that cost the same at a bandwidth the one with the fewest layers on
// the device, and then always the same one. Throws Error on overflow, and when
// the search ends before it finds any cut that fits (E138).
TableWithin BuildTableWithin(const Problem& problem, const BlockGraph& blocks,
                             const SearchLimits& limits);

// Throws Error E137, with figures, when no cut fits.
void RequireRows(const Problem& problem, const TableWithin& within);

// AddSlowdownCuts to such a table. Throws Error E125 where a cut that is best
// for a slower server does not fit, because then others may be best of those
// that do.
void AddSlowdownWithin(const Problem& problem, const SlowdownRange& slowdown,
                       TableWithin* within);

}  // namespace dnncut
