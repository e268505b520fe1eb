// SPDX-License-Identifier: Apache-2.0
#include "tools/profile/layer_times.h"

#include <algorithm>
#include <cmath>

#include "cost_models/fusion/fused_costs.h"

namespace dnncut {
namespace {

double AllUs(const LayerTimes& times) {
  double all = 0;
  for (const Unit& unit : times.units) all += unit.us;
  return all;
}

// By LayerId: each layer's share of `us` of its unit.
std::vector<double> ByLayer(const Graph& graph, const LayerTimes& times,
                            double Unit::*us) {
  std::vector<double> by_layer(graph.layers.size(), 0);
  for (const Unit& unit : times.units) {
    const std::vector<double> shares = WorkShares(graph, unit.layers);
    for (size_t i = 0; i < shares.size(); ++i) {
      by_layer[unit.layers[i]] = unit.*us * shares[i];
    }
  }
  return by_layer;
}

}  // namespace

double MiddleMean(std::vector<int64_t> values) {
  std::sort(values.begin(), values.end());
  const size_t cut = values.size() / 4;
  double sum = 0;
  for (size_t i = cut; i < values.size() - cut; ++i) {
    sum += static_cast<double>(values[i]);
  }
  return sum / static_cast<double>(values.size() - 2 * cut);
}

std::vector<NodeTime> NodeTimes(const RuntimeTrace& trace, int64_t warm_up) {
  std::vector<NodeTime> times;
  for (const TraceNode& node : trace.nodes) {
    const int64_t skipped =
        std::min(warm_up, static_cast<int64_t>(node.us.size()) - 1);
    std::vector<int64_t> us(node.us.begin() + skipped, node.us.end());
    std::sort(us.begin(), us.end());
    const size_t quarter = us.size() / 4;
    times.push_back(
        {node.name, node.op, MiddleMean(us),
         static_cast<double>(us[us.size() - 1 - quarter] - us[quarter])});
  }
  return times;
}

std::vector<int64_t> ScaledNs(const Graph& graph, const LayerTimes& times,
                              int64_t whole_ns) {
  std::vector<int64_t> ns(graph.layers.size(), 0);
  const double all = AllUs(times);
  const std::vector<double> us = ByLayer(graph, times, &Unit::us);
  // Differences of rounded running sums: no rounding error adds up.
  double sum = 0;
  int64_t given = 0;
  const double whole = static_cast<double>(whole_ns);
  for (size_t i = 0; i < us.size(); ++i) {
    sum += all > 0 ? us[i] / all : 1.0 / static_cast<double>(us.size());
    const int64_t until =
        i + 1 == us.size()
            ? whole_ns
            : std::min<int64_t>(whole_ns, std::llround(sum * whole));
    ns[i] = std::max<int64_t>(until - given, 0);
    given += ns[i];
  }
  return ns;
}

std::vector<int64_t> ScaledSpreadNs(const Graph& graph, const LayerTimes& times,
                                    int64_t whole_ns) {
  std::vector<int64_t> ns(graph.layers.size(), 0);
  const double all = AllUs(times);
  if (all <= 0) return ns;
  const double scale = static_cast<double>(whole_ns) / all;
  const std::vector<double> us = ByLayer(graph, times, &Unit::spread_us);
  for (size_t i = 0; i < us.size(); ++i) ns[i] = std::llround(us[i] * scale);
  return ns;
}

}  // namespace dnncut
