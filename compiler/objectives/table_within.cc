// SPDX-License-Identifier: Apache-2.0
//
// Most models fit their machines, and then nothing is searched: where each row
// of the table of all cuts names one that fits, that is the best of those that
// fit, too.
//
// Else the front of (fixed cost, bytes) over the cuts that fit has the best one
// for every bandwidth, because a cut with more of neither is nowhere worse; the
// table is its lower envelope. The front is exact (memory_bound.cc) unless its
// search ends at a limit. Then cuts that were not found cost at least what the
// front's open corners say, and no cut that fits costs less than the best of
// all cuts; both bound the regret, and the smaller bound is stated. The ratio
// of two lines is monotone in the bandwidth (compare_costs.cc), so it is
// largest at an end of a row.
//
// Blocks that were compressed for the table of all cuts are of no use to the
// search: they keep only what is best without limits.
#include "compiler/objectives/table_within.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "compiler/objectives/line_prices.h"
#include "compiler/objectives/universal_front.h"
#include "compiler/problem/memory_use.h"
#include "compiler/problem/objective.h"
#include "compiler/table/compare_costs.h"
#include "compiler/table/lower_envelope.h"

namespace dnncut {
namespace {

bool HasOnlyRowsThatFit(const Problem& problem, const CutTable& table) {
  return std::ranges::all_of(table.rows, [&](const TableRow& row) {
    return Fits(problem, table.cuts[row.cut].cut);
  });
}

// The device-only cut follows without a row.
void DropFallbackThatDoesNotFit(const Problem& problem, CutTable* table) {
  const bool has_fallback =
      std::ssize(table->cuts) > table->rows.back().cut + 1;
  if (has_fallback && !Fits(problem, table->cuts.back().cut)) {
    table->cuts.pop_back();
  }
}

LinePrices NoPrices(const Problem& problem) {
  LinePrices prices;
  prices.layers.resize(problem.layers.size());
  prices.uploads.resize(problem.tensors.size());
  prices.downloads.resize(problem.tensors.size());
  return prices;
}

std::vector<CostPiece> PiecesOfTable(const Problem& problem,
                                     const CutTable& table) {
  std::vector<CostPiece> pieces;
  for (const TableRow& row : table.rows) {
    pieces.push_back({{row.min_kbps, row.max_kbps},
                      CostOf(table.cuts[row.cut].costs, problem)});
  }
  return pieces;
}

// How far the rows are at most from what is proved of cuts that were not found.
CostChange GapToOpen(const std::vector<CostPiece>& pieces,
                     const std::vector<TwoCosts>& open) {
  CostChange gap;
  gap.kbps = pieces.front().range.min_kbps;
  for (const CostPiece& piece : pieces) {
    for (const TwoCosts& corner : open) {
      for (const int64_t kbps : {piece.range.min_kbps, piece.range.max_kbps}) {
        const CostRatio ratio = RatioAt(piece.line, corner.first, kbps);
        if (gap.ratio < ratio) gap = {ratio, kbps};
      }
    }
  }
  return gap;
}

CutTable TableOf(const Problem& problem, std::vector<TableCut> found) {
  std::vector<EnvelopeCut> lines;
  for (const TableCut& cut : found) {
    lines.push_back({CostOf(cut.costs, problem),
                     static_cast<int>(cut.costs.AllLayers(Side::kDevice))});
  }
  CutTable table;
  std::map<int, int> numbers;
  for (TableRow row : LowerEnvelope(lines, problem.range)) {
    const auto [number, is_new] =
        numbers.emplace(row.cut, static_cast<int>(table.cuts.size()));
    if (is_new) table.cuts.push_back(found[row.cut]);
    row.cut = number->second;
    table.rows.push_back(row);
  }
  const Cut device_only(problem.layers.size(), Side::kDevice);
  const bool has_it = std::ranges::any_of(table.cuts, [&](const TableCut& cut) {
    return cut.costs.AllLayers(Side::kServer) == 0;
  });
  if (!has_it && IsFeasible(problem, device_only) &&
      Fits(problem, device_only)) {
    table.cuts.push_back({device_only, CountCosts(problem, device_only)});
  }
  return table;
}

// The search over the cuts that fit; `all` is the table of all cuts.
CutTable SearchWithin(const Problem& problem, const CutTable& all,
                      const SearchLimits& limits) {
  const UniversalFront front =
      MakeUniversalFront(problem, ObjectivePrices(problem), NoPrices(problem),
                         limits, &*problem.memory);
  std::vector<TableCut> found;
  for (const UniversalFront::Point& point : front.points) {
    found.push_back(point.cut);
  }
  if (!front.open.empty()) {
    for (const TableCut& cut : all.cuts) {
      if (Fits(problem, cut.cut)) found.push_back(cut);
    }
  }
  if (found.empty()) {
    if (front.open.empty()) return {};
    Fail(ExitCode::kBadInput, "E138",
         "the search for cuts that fit into memory ended after {} labels "
         "without one; allow more with --device-memory or --server-memory",
         front.labels);
  }
  CutTable table = TableOf(problem, std::move(found));
  if (front.open.empty()) return table;
  const std::vector<CostPiece> pieces = PiecesOfTable(problem, table);
  const CostChange gap =
      std::min(GapToOpen(pieces, front.open),
               CompareCosts(PiecesOfTable(problem, all), pieces).worst,
               [](const CostChange& a, const CostChange& b) {
                 return a.ratio < b.ratio;
               });
  table.approximation = {"search", gap.ratio.Excess(), gap.kbps};
  return table;
}

std::string NeedText(const Problem& problem, const Cut& cut,
                     std::string_view name) {
  const PerSide<MemoryUse> use = CountMemoryUse(problem, *problem.memory, cut);
  std::vector<std::string> needs;
  for (const Side side : kSides) {
    needs.push_back(fmt::format("{} on the {} ({} of weights)",
                                FormatSize(use[side].Total()), SideName(side),
                                FormatSize(use[side].weight_bytes)));
  }
  return fmt::format("{} needs {}", name, fmt::join(needs, " and "));
}

std::string NothingFitsText(const Problem& problem) {
  std::vector<std::string> limits;
  for (const Side side : kSides) {
    const std::optional<int64_t>& limit = problem.memory->limit[side];
    if (!limit) continue;
    limits.push_back(
        fmt::format("{} on the {}", FormatSize(*limit), SideName(side)));
  }
  std::string text =
      fmt::format("no cut fits into {}", fmt::join(limits, " and "));
  for (const Side side : kSides) {
    const Cut alone(problem.layers.size(), side);
    if (!IsFeasible(problem, alone)) continue;
    text += fmt::format(
        "; {}",
        NeedText(problem, alone, fmt::format("all on the {}", SideName(side))));
  }
  return text;
}

}  // namespace

TableWithin BuildTableWithin(const Problem& problem, const BlockGraph& blocks,
                             const SearchLimits& limits) {
  TableWithin within = {BuildCutTable(problem, blocks)};
  if (!problem.memory) return within;
  if (HasOnlyRowsThatFit(problem, within.table)) {
    DropFallbackThatDoesNotFit(problem, &within.table);
    return within;
  }
  within.table = SearchWithin(problem, within.table, limits);
  within.is_limited = true;
  return within;
}

void RequireRows(const Problem& problem, const TableWithin& within) {
  if (!within.table.rows.empty()) return;
  Fail(ExitCode::kBadInput, "E137",
       "{}; allow more with --device-memory or --server-memory (none: no "
       "limit), or take a machine that has more",
       NothingFitsText(problem));
}

void AddSlowdownWithin(const Problem& problem, const SlowdownRange& slowdown,
                       TableWithin* within) {
  CutTable table = within->table;
  AddSlowdownCuts(problem, slowdown, &table);
  const auto misfit = std::ranges::find_if(
      table.cuts, [&](const TableCut& cut) { return !Fits(problem, cut.cut); });
  if (within->is_limited || misfit != table.cuts.end()) {
    Fail(ExitCode::kUsage, "E125",
         "--server-slowdown stores the best of all cuts, but not all of them "
         "fit into memory; leave it out, or allow more with --device-memory or "
         "--server-memory (none: no limit)");
  }
  within->table = std::move(table);
}

}  // namespace dnncut
