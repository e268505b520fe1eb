// SPDX-License-Identifier: Apache-2.0
#include "tools/summary.h"

#include <algorithm>

namespace dnncut {
namespace {

// Within a row the table's latency and the other one are lines in 1/W, so their
// ratio is monotone and its extremes lie at the ends of rows.
std::optional<Gain> GainOver(const CompileResult& result, Side side) {
  const Problem& problem = result.problem;
  const Cut alone(problem.layers.size(), side);
  if (!IsFeasible(problem, alone)) return std::nullopt;
  const CutCosts costs = CountCosts(problem, alone);
  std::optional<Gain> gain;
  for (const TableRow& row : result.table.rows) {
    const CutCosts& best = result.table.cuts[row.cut].costs;
    for (const int64_t kbps : {row.min_kbps, row.max_kbps}) {
      const auto ours =
          static_cast<double>(ScaledLatency(best, problem.downlink, kbps));
      const auto theirs =
          static_cast<double>(ScaledLatency(costs, problem.downlink, kbps));
      const double factor = ours > 0 ? theirs / ours : 1;
      if (!gain) gain = Gain{factor, factor, kbps};
      gain->least = std::min(gain->least, factor);
      if (factor > gain->most) {
        gain->most = factor;
        gain->most_kbps = kbps;
      }
    }
  }
  return gain;
}

}  // namespace

bool HasSplit(const CutTable& table) {
  return std::any_of(
      table.rows.begin(), table.rows.end(), [&table](const TableRow& row) {
        const CutCosts& costs = table.cuts[row.cut].costs;
        return costs.device_layers > 0 && costs.server_layers > 0;
      });
}

Summary Summarize(const CompileResult& result) {
  Summary summary;
  summary.do_not_split = !HasSplit(result.exact);
  for (const TableRow& row : result.table.rows) {
    const CutCosts& costs = result.table.cuts[row.cut].costs;
    const int64_t kbps = MiddleKbps(row.min_kbps, row.max_kbps);
    summary.rows.push_back(
        {row, kbps, PartsAt(costs, result.problem.downlink, kbps)});
  }
  summary.over_device = GainOver(result, Side::kDevice);
  summary.over_server = GainOver(result, Side::kServer);
  summary.layers = static_cast<int64_t>(result.graph.layers.size());
  summary.blocks = CountBlocks(result.blocks);
  for (const Constant& constant : result.graph.constants) {
    summary.weight_bytes += constant.file_bytes;
  }
  return summary;
}

}  // namespace dnncut
