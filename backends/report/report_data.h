// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "backends/report/layer_groups.h"
#include "backends/result/result.h"
#include "compiler/files/json_text.h"

namespace dnncut {

// The model's inputs that some cut of the table sends, ascending.
std::vector<TensorId> SentInputs(const Result& result);

// The data for the script of the report. Nanoseconds and bytes are text,
// because they may be larger than the integers that JavaScript's numbers hold
// exactly.
Json ReportData(const Result& result, const LayerGroups& groups, int decimals);

}  // namespace dnncut
