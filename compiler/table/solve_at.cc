// SPDX-License-Identifier: Apache-2.0
#include "compiler/table/solve_at.h"

#include <algorithm>
#include <string_view>

#include "compiler/base/checked_math.h"
#include "compiler/base/error.h"
#include "compiler/base/rounding.h"
#include "compiler/problem/objective.h"
#include "compiler/problem/sections.h"
#include "compiler/table/block_table.h"

namespace dnncut {
namespace {

constexpr std::string_view kWhat = "the sum of what crosses";

// Adds what crosses from the side on which `from` is to a reader on the other.
void AddCrossing(BlockId from, const std::vector<BlockId>& readers,
                 const std::vector<bool>& on_device, const CostLine& cost,
                 const std::vector<TensorId>& tensors, CostLine* sum,
                 std::vector<TensorId>* crossing) {
  const bool crosses = std::ranges::any_of(readers, [&](BlockId reader) {
    return on_device[reader] != on_device[from];
  });
  if (!crosses) return;
  *sum = CheckedAdd(*sum, cost, kWhat);
  crossing->insert(crossing->end(), tensors.begin(), tensors.end());
}

void AddAllCrossing(const BlockGraph& blocks,
                    const std::vector<bool>& on_device, Solution* solution) {
  const auto add_up = [&](BlockId from, const auto& link,
                          const CostLine& cost) {
    AddCrossing(from, link.readers, on_device, cost, link.tensors,
                &solution->upload, &solution->uploaded);
  };
  for (const Wire& wire : blocks.wires) add_up(wire.producer, wire, wire.cost);
  for (const Feed& feed : blocks.feeds) {
    if (on_device[feed.holder]) {
      add_up(feed.holder, feed, feed.up);
    } else {
      AddCrossing(feed.holder, feed.readers, on_device, feed.down, feed.tensors,
                  &solution->fetch, &solution->fetched);
    }
  }
  std::ranges::sort(solution->uploaded);
  std::ranges::sort(solution->fetched);
}

}  // namespace

Solution SolveAt(const BlockGraph& blocks, int64_t round_trip, int layer_count,
                 int64_t kbps) {
  const Sections sections(blocks);
  const BestSectionCut best = SolveSections(sections, round_trip, kbps);
  const Int128 cost = DivideRounded(best.scaled_cost, kbps);
  if (cost > INT64_MAX) {
    Fail(ExitCode::kBadInput, "E210", "the latency is too large");
  }
  const std::vector<bool> on_device =
      sections.Expand(best.cut.section, best.cut.on_device);
  Solution solution;
  solution.cost = static_cast<int64_t>(cost);
  solution.cut = ExpandCut(blocks, on_device, layer_count);
  AddAllCrossing(blocks, on_device, &solution);
  return solution;
}

std::optional<int64_t> FindOtherCost(const BlockGraph& blocks,
                                     const Problem& problem,
                                     const CutTable& exact) {
  const BlockTable table = MakeBlockTable(
      Sections(blocks), RoundTripPrice(problem).fixed, problem.range);
  auto best = table.rows.begin();
  for (const TableRow& row : exact.rows) {
    const CostLine line = CostOf(exact.cuts[row.cut].costs, problem);
    for (const int64_t kbps : {row.min_kbps, row.max_kbps}) {
      while (best->range.max_kbps < kbps) ++best;
      if (best->cut.cost.At(kbps) != line.At(kbps)) return kbps;
    }
  }
  return std::nullopt;
}

}  // namespace dnncut
