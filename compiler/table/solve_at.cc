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
    solution->upload_bytes = CheckedAdd(solution->upload_bytes, wire.cost.bytes,
                                        "the sum of what crosses");
    solution->uploaded.insert(solution->uploaded.end(), wire.tensors.begin(),
                              wire.tensors.end());
  }
  std::ranges::sort(solution->uploaded);
}

}  // namespace

Solution SolveAt(const BlockGraph& blocks, int64_t rtt_ns, int layer_count,
                 int64_t kbps) {
  const MinCut best = MinCutSolver(MakeCutProblem(blocks, rtt_ns)).Solve(kbps);
  const Int128 latency_ns = DivideRounded(best.scaled_cost, kbps);
  if (latency_ns > INT64_MAX) {
    Fail(ExitCode::kBadInput, "E210", "the latency is too large");
  }
  Solution solution;
  solution.latency_ns = static_cast<int64_t>(latency_ns);
  solution.cut = ExpandCut(blocks, best.on_device, layer_count);
  AddUploaded(blocks, best.on_device, &solution);
  return solution;
}

std::optional<int64_t> FindOtherLatency(const BlockGraph& blocks,
                                        int64_t rtt_ns,
                                        const Downlink& downlink,
                                        const CutTable& exact) {
  MinCutSolver solver(MakeCutProblem(blocks, rtt_ns));
  for (const TableRow& row : exact.rows) {
    const CostLine line = LatencyOf(exact.cuts[row.cut].costs, downlink);
    for (const int64_t kbps : {row.min_kbps, row.max_kbps}) {
      if (solver.Solve(kbps).scaled_cost != line.At(kbps)) return kbps;
    }
  }
  return std::nullopt;
}

}  // namespace dnncut
