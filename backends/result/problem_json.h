// SPDX-License-Identifier: Apache-2.0
//
// Writes problem.json ("dnncut.problem/1", docs/formats.md): the problem that
// was solved, so that anybody can check the answer.
#pragma once

#include <string>

#include "backends/result/labels.h"
#include "compiler/problem/problem.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

std::string ProblemJson(const Problem& problem, const CutTable& table,
                        const FittedCrossings& fitted = {});

}  // namespace dnncut
