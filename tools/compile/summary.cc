// SPDX-License-Identifier: Apache-2.0
#include "tools/compile/summary.h"

namespace dnncut {

Summary Summarize(const CompileResult& result) {
  Summary summary;
  summary.do_not_split = !HasSplit(result.exact);
  summary.rows = ShowRows(result.table, result.problem.downlink);
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
