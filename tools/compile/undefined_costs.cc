// SPDX-License-Identifier: Apache-2.0
#include "tools/compile/undefined_costs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "compiler/base/first_few.h"
#include "cost_models/machines/roofline.h"
#include "tools/text/percent.h"

namespace dnncut {
namespace {

// Of the time of all layers.
double ShareOf(const std::vector<LayerId>& layers,
               const std::vector<int64_t>& ns) {
  double part = 0;
  double all = 0;
  for (const int64_t time : ns) all += static_cast<double>(time);
  for (const LayerId layer : layers) part += static_cast<double>(ns[layer]);
  return all > 0 ? part / all : 0;
}

std::string Operator(const Operation& operation) {
  return operation.domain.empty()
             ? operation.op_type
             : fmt::format("{}.{}", operation.domain, operation.op_type);
}

}  // namespace

void WarnOfUndefinedCosts(const Graph& graph,
                          const std::vector<const MachineCosts*>& machines,
                          Warnings* warnings) {
  constexpr size_t kShown = 3;
  const std::vector<LayerId> layers = UndefinedLayers(graph);
  std::vector<std::string> shares;
  for (const MachineCosts* costs : machines) {
    if (costs->measured) continue;
    const std::string share =
        fmt::format("{} of the time on {}",
                    FormatPercent(ShareOf(layers, costs->ns)), costs->name);
    if (std::find(shares.begin(), shares.end(), share) == shares.end()) {
      shares.push_back(share);
    }
  }
  if (layers.empty() || shares.empty()) return;
  Warn(
      warnings, "W423",
      "the costs of {} of {} layers are not known ({}); they count as "
      "reading and writing their tensors, {}; measure them with dnncut profile",
      layers.size(), graph.layers.size(),
      FirstFew(layers.size(), kShown,
               [&](size_t i) {
                 const Layer& layer = graph.layers[layers[i]];
                 return fmt::format("{} '{}'", Operator(layer.operation),
                                    layer.name);
               }),
      fmt::join(shares, ", "));
}

}  // namespace dnncut
