// SPDX-License-Identifier: Apache-2.0
//
// Notes: what a user may not know about the model and could state with a flag.
// Nothing is wrong with the result without it, so they are no warnings.
#pragma once

#include <string>
#include <vector>

#include "compiler/model/graph.h"
#include "compiler/problem/problem.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// Each is one line with the flag that helps, or says where states lie when that
// changes with the cut.
std::vector<std::string> NotesOn(const Graph& graph, const Problem& problem,
                                 const CutTable& table);

}  // namespace dnncut
