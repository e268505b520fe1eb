// SPDX-License-Identifier: Apache-2.0
#include "compiler/problem/objective.h"

#include <string_view>

namespace dnncut {
namespace {

constexpr std::string_view kWhat = "a weighted cost";

int64_t Times(int64_t weight, int64_t amount) {
  return CheckedMul(weight, amount, kWhat);
}

int64_t Sum(int64_t a, int64_t b) { return CheckedAdd(a, b, kWhat); }

CostLine Weigh(const CutCosts& costs, const Downlink& downlink,
               const Objective& weights) {
  const int64_t device = Sum(costs.ns.device, costs.cross_ns);
  const int64_t link = Sum(costs.rtt_ns, costs.download_ns);
  return {Sum(Times(weights.device, device),
              Sum(Times(weights.server, costs.ns.server),
                  Times(weights.link, link))),
          Times(weights.link, costs.LinkBytes(downlink))};
}

}  // namespace

PerSide<CostLine> LayerPrice(const Problem& problem,
                             const ProblemLayer& layer) {
  return {{Times(problem.objective.device, layer.ns.device), 0},
          {Times(problem.objective.server, layer.ns.server), 0}};
}

CostLine UploadPrice(const Problem& problem, const ProblemTensor& tensor) {
  if (!tensor.bytes) return {};
  return {Times(problem.objective.device, tensor.cross_ns),
          Times(problem.objective.link, *tensor.bytes)};
}

CostLine DownloadPrice(const Problem& problem, int64_t bytes) {
  const int64_t weight = problem.objective.link;
  const bool is_as_uplink = problem.downlink.kind == Downlink::Kind::kSame;
  return {Times(weight, FixedDownloadNs(problem.downlink, bytes)),
          is_as_uplink ? Times(weight, bytes) : 0};
}

CostLine RoundTripPrice(const Problem& problem) {
  return {Times(problem.objective.link, problem.rtt_ns), 0};
}

CostLine CostOf(const CutCosts& costs, const Problem& problem) {
  return Weigh(costs, problem.downlink, problem.objective);
}

CostLine LatencyOf(const CutCosts& costs, const Downlink& downlink) {
  return {costs.FixedNs(), costs.LinkBytes(downlink)};
}

}  // namespace dnncut
