// SPDX-License-Identifier: Apache-2.0
#include "tools/result/table_latency.h"

#include <algorithm>

#include "compiler/problem/objective.h"

namespace dnncut {
namespace {

// `cuts` by number, each with its costs.
template <typename Cuts>
std::vector<CostPiece> Pieces(const std::vector<TableRow>& rows,
                              const Cuts& cuts, const Downlink& downlink) {
  std::vector<CostPiece> pieces;
  for (const TableRow& row : rows) {
    pieces.push_back({{row.min_kbps, row.max_kbps},
                      LatencyOf(cuts[row.cut].costs, downlink)});
  }
  return pieces;
}

}  // namespace

std::vector<TableRow> RowsIn(const std::vector<TableRow>& rows,
                             const BandwidthRange& range) {
  std::vector<TableRow> inside;
  for (TableRow row : rows) {
    row.min_kbps = std::max(row.min_kbps, range.min_kbps);
    row.max_kbps = std::min(row.max_kbps, range.max_kbps);
    if (row.min_kbps <= row.max_kbps) inside.push_back(row);
  }
  return inside;
}

std::vector<CostPiece> PiecesOf(const TableFile& table,
                                const BandwidthRange& range) {
  return Pieces(RowsIn(table.rows, range), table.cuts, table.downlink);
}

std::vector<CostPiece> PiecesOf(const CutTable& table,
                                const Downlink& downlink) {
  return Pieces(table.rows, table.cuts, downlink);
}

}  // namespace dnncut
