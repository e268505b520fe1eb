// SPDX-License-Identifier: Apache-2.0
//
// The answer: the best cut for every integer bandwidth of a range.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/problem/block_graph.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/cut_kind.h"
#include "compiler/problem/problem.h"

namespace dnncut {

struct TableCut {
  Cut cut;
  CutCosts costs;

  bool operator==(const TableCut&) const = default;
};

// See cut_kind.h.
inline bool NeedsNetwork(const TableCut& cut) {
  return NeedsNetwork(cut.costs.AllLayers(Side::kServer),
                      cut.costs.uploaded.size() + cut.costs.fetched.size());
}

struct TableRow {
  int64_t min_kbps = 0;
  int64_t max_kbps = 0;  // inclusive
  int cut = 0;           // index into CutTable::cuts

  bool operator==(const TableRow&) const = default;
};

// How far a table is from the exact one it was made of.
struct Approximation {
  std::string kind;  // "buckets" or "max-cuts"
  // The largest (cost / least cost - 1) over the integer kbit/s of the
  // range: found in exact arithmetic, rounded to a double at the end.
  double worst_regret = 0;
  int64_t worst_kbps = 0;  // where (the lowest such)

  bool operator==(const Approximation&) const = default;
};

// Rows are sorted, touch each other, cover the range, and neighbours name
// different cuts. Cuts are numbered by their first row, lowest bandwidth first;
// the device-only cut follows without a row when it has none but is feasible.
struct CutTable {
  std::vector<TableCut> cuts;
  std::vector<TableRow> rows;
  std::optional<Approximation> approximation;  // nullopt: exact

  bool operator==(const CutTable&) const = default;
};

// Of layers, in all cuts of a table together.
inline constexpr size_t kMostSides = size_t{64} << 20;

// The exact table over every integer kbit/s of problem.range. `blocks` is
// MakeBlockGraph(problem) or any exact compression of it; the result does not
// depend on which. Throws Error on overflow, or when there are more than
// kMostSides.
CutTable BuildCutTable(const Problem& problem, const BlockGraph& blocks);

// Does a row of the table run layers on both sides?
bool HasSplit(const CutTable& table);

// The row that holds `kbps`, which must be in the range.
const TableRow& FindRow(const CutTable& table, int64_t kbps);

}  // namespace dnncut
