// SPDX-License-Identifier: Apache-2.0
#include "tools/summary.h"

namespace dnncut {

Summary Summarize(const CompileResult& result) {
  Summary summary;
  summary.do_not_split = !HasSplit(result.exact);
  for (const TableRow& row : result.table.rows) {
    const CutCosts& costs = result.table.cuts[row.cut].costs;
    const int64_t kbps = MiddleKbps(row.min_kbps, row.max_kbps);
    summary.rows.push_back(
        {row, kbps, PartsAt(costs, result.problem.downlink, kbps)});
  }
  summary.over_device = GainOver(result.problem, result.table, Side::kDevice);
  summary.over_server = GainOver(result.problem, result.table, Side::kServer);
  summary.layers = static_cast<int64_t>(result.graph.layers.size());
  summary.blocks = CountBlocks(result.blocks);
  for (const Constant& constant : result.graph.constants) {
    summary.weight_bytes += constant.file_bytes;
  }
  return summary;
}

}  // namespace dnncut
