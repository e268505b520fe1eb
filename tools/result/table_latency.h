// SPDX-License-Identifier: Apache-2.0
//
// The latency of a table over a range of bandwidths, as the pieces that
// CompareCosts takes.
#pragma once

#include <vector>

#include "backends/result/table_file.h"
#include "compiler/table/compare_costs.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// The rows inside `range`, cut to it.
std::vector<TableRow> RowsIn(const std::vector<TableRow>& rows,
                             const BandwidthRange& range);

// Of the part of the table inside `range`.
std::vector<CostPiece> PiecesOf(const TableFile& table,
                                const BandwidthRange& range);

// Of the whole table.
std::vector<CostPiece> PiecesOf(const CutTable& table,
                                const Downlink& downlink);

}  // namespace dnncut
