// SPDX-License-Identifier: Apache-2.0
#include "compiler/table/solve_at.h"

#include <algorithm>

#include "compiler/base/checked_math.h"
#include "compiler/base/error.h"
#include "compiler/base/rounding.h"
#include "compiler/problem/objective.h"
#include "compiler/solve/cut_problem.h"
#include "compiler/solve/min_cut.h"

namespace dnncut {
namespace {

void AddUploaded(const BlockGraph& blocks, const std::vector<bool>& on_device,
                 Solution* solution) {
  for (const Wire& wire : blocks.wires) {
    if (!on_device[wire.producer]) continue;
    const bool crosses = std::ranges::any_of(
        wire.readers, [&](BlockId reader) { return !on_device[reader]; });
    if (!crosses) continue;
    solution->upload =
        CheckedAdd(solution->upload, wire.cost, "the sum of what crosses");
    solution->uploaded.insert(solution->uploaded.end(), wire.tensors.begin(),
                              wire.tensors.end());
  }
  std::ranges::sort(solution->uploaded);
}

}  // namespace

Solution SolveAt(const BlockGraph& blocks, int64_t round_trip, int layer_count,
                 int64_t kbps) {
  const MinCut best =
      MinCutSolver(MakeCutProblem(blocks, round_trip)).Solve(kbps);
  const Int128 cost = DivideRounded(best.scaled_cost, kbps);
  if (cost > INT64_MAX) {
    Fail(ExitCode::kBadInput, "E210", "the latency is too large");
  }
  Solution solution;
  solution.cost = static_cast<int64_t>(cost);
  solution.cut = ExpandCut(blocks, best.on_device, layer_count);
  AddUploaded(blocks, best.on_device, &solution);
  return solution;
}

std::optional<int64_t> FindOtherCost(const BlockGraph& blocks,
                                     const Problem& problem,
                                     const CutTable& exact) {
  MinCutSolver solver(MakeCutProblem(blocks, RoundTripPrice(problem).fixed));
  for (const TableRow& row : exact.rows) {
    const CostLine line = CostOf(exact.cuts[row.cut].costs, problem);
    for (const int64_t kbps : {row.min_kbps, row.max_kbps}) {
      if (solver.Solve(kbps).scaled_cost != line.At(kbps)) return kbps;
    }
  }
  return std::nullopt;
}

}  // namespace dnncut
