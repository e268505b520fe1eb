// SPDX-License-Identifier: Apache-2.0
#include "backends/result/result.h"

#include <fmt/format.h>

#include "backends/halves/halves.h"
#include "compiler/problem/side.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

MissingMemory MissingOf(const Result& result, int cut) {
  return result.missing.empty() ? MissingMemory() : result.missing.at(cut);
}

std::optional<std::string> HalfFile(const Result& result, int cut, Side side,
                                    std::optional<int> only_cut) {
  if (only_cut && *only_cut != cut) return std::nullopt;
  if (!HasHalf(*result.graph, result.table->cuts[cut].cut, side)) {
    return std::nullopt;
  }
  return fmt::format("{}/cut{}.onnx", SideName(side), cut);
}

}  // namespace dnncut
