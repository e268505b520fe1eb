// SPDX-License-Identifier: Apache-2.0
#include "tools/check/splitting_model_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "compiler/base/unit_text.h"
#include "compiler/table/solve_at.h"

namespace dnncut {
namespace {

bool HasSameLayers(const SplittingModel& model, const Problem& problem) {
  return std::ranges::equal(model.layer_names, problem.layers, {}, {},
                            &ProblemLayer::name) &&
         std::ranges::equal(model.sizes_only, problem.layers, {}, {},
                            &ProblemLayer::sizes_only);
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
  if (const auto kbps = FindOtherCost(model.blocks, problem, exact)) {
    return fmt::format("another latency at {}", FormatKbps(*kbps));
  }
  return "";
}

}  // namespace dnncut
