// SPDX-License-Identifier: Apache-2.0
#include "backends/result/result.h"

#include "backends/halves/halves.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

std::vector<PerSide<MemoryUse>> MemoryOfCuts(const Problem& problem,
                                             const CutTable& table) {
  std::vector<PerSide<MemoryUse>> uses;
  if (!problem.memory) return uses;
  for (const TableCut& cut : table.cuts) {
    uses.push_back(CountMemoryUse(problem, *problem.memory, cut.cut));
  }
  return uses;
}

bool HasHalves(const Result& result, int cut) {
  return result.has_halves.empty() || result.has_halves.at(cut);
}

std::optional<std::string> HalfFile(const Result& result, int cut, Side side) {
  if (!HasHalves(result, cut)) return std::nullopt;
  if (!HasHalf(*result.graph, result.table->cuts[cut].cut, side)) {
    return std::nullopt;
  }
  return HalfName(cut, side);
}

}  // namespace dnncut
