// SPDX-License-Identifier: Apache-2.0
//
// Reads problem.json, the whole problem of a compile; it can be solved again,
// also with other costs.
#pragma once

#include <string>
#include <vector>

#include "backends/result/table_file.h"
#include "compiler/problem/problem.h"

namespace dnncut {

struct ProblemFile {
  Problem problem;             // keeps the promises of VerifyProblem
  std::vector<TableCut> cuts;  // of the table, by number; each feasible
  FittedCrossings fitted;      // in the problem's cross_ns
};

// Reads problem.json of the folder `out`, of which `table` is the table.json,
// and checks all of it: that the numbers in it are those of layers, that
// layers stand in topological order, and that it gives the table's cuts the
// costs that the table says. Throws Error: E403 for a value that cannot be,
// E630 when the two files do not fit together.
ProblemFile ReadProblemFile(const std::string& out, const TableFile& table);

}  // namespace dnncut
