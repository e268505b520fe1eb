// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backends/report/layer_groups.h"
#include "backends/result/result.h"
#include "compiler/files/json_text.h"

namespace dnncut {

// What the report's script computes with. Nanoseconds and bytes are text: they
// may be larger than what JavaScript's numbers hold exactly.
Json ReportData(const Result& result, const LayerGroups& groups, int decimals);

}  // namespace dnncut
