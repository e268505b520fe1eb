// SPDX-License-Identifier: Apache-2.0
#include "tools/compile/summary.h"

#include "tools/compile/notes.h"

namespace dnncut {

Summary Summarize(const CompileResult& result) {
  Summary summary;
  summary.do_not_split = !HasSplit(result.exact);
  summary.rows = ShowRows(result.table, result.problem.downlink,
                          BackendResult(result).machines);
  for (const Side side : kSides) {
    summary.over[side] = GainOver(result.problem, result.table, side);
  }
  summary.layers = CountLayers(result.graph);
  summary.blocks = CountBlocks(result.blocks);
  for (const Constant& constant : result.graph.constants) {
    summary.weight_bytes += constant.file_bytes;
  }
  for (const Layer& layer : result.graph.layers) {
    summary.weight_bytes += layer.inner_weights.file_bytes;
  }
  summary.notes = NotesOn(result.graph, result.problem, result.table);
  return summary;
}

}  // namespace dnncut
