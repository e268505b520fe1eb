// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "backends/result/splitting_model_json.h"
#include "compiler/problem/problem.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// What of a splitting model is not as in the problem that it was made of:
// "another range of bandwidths"; "" when nothing is. `exact` is the exact table
// of that problem: at both ends of each row the model, solved, has to have its
// latency.
std::string SplittingModelDifference(const SplittingModel& model,
                                     const Problem& problem,
                                     const CutTable& exact);

}  // namespace dnncut
