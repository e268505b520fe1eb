// SPDX-License-Identifier: Apache-2.0
#include "tools/splitting_model_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "compiler/cut_problem.h"
#include "compiler/latency_ratio.h"
#include "compiler/min_cut.h"
#include "compiler/unit_text.h"

namespace dnncut {
namespace {

bool HasSameLayers(const SplittingModel& model, const Problem& problem) {
  return std::ranges::equal(model.layer_names, problem.layers, {}, {},
                            &ProblemLayer::name);
}

// An end of a row where the model has another latency.
std::optional<int64_t> FindOther(const SplittingModel& model,
                                 const CutTable& exact) {
  MinCutSolver solver(MakeCutProblem(model.blocks, model.rtt_ns));
  for (const TableRow& row : exact.rows) {
    const LatencyLine line = LineOf(exact.cuts[row.cut].costs, model.downlink);
    for (const int64_t kbps : {row.min_kbps, row.max_kbps}) {
      if (solver.Solve(kbps).scaled_ns != line.At(kbps)) return kbps;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string SplittingModelDifference(const SplittingModel& model,
                                     const Problem& problem,
                                     const CutTable& exact) {
  if (!(model.blocks.range == problem.range)) {
    return "another range of bandwidths";
  }
  if (model.rtt_ns != problem.rtt_ns) return "another round trip time";
  if (!(model.downlink == problem.downlink)) return "another downlink";
  if (model.result != problem.result) return "another side for the results";
  if (!HasSameLayers(model, problem)) return "other layers";
  if (const auto kbps = FindOther(model, exact)) {
    return fmt::format("another latency at {}", FormatKbps(*kbps));
  }
  return "";
}

}  // namespace dnncut
