// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backends/json_text.h"
#include "backends/layer_groups.h"
#include "backends/result.h"

namespace dnncut {

// What the report's script computes with. Nanoseconds and bytes are text: they
// may be larger than what JavaScript's numbers hold exactly.
Json ReportData(const Result& result, const LayerGroups& groups, int decimals);

}  // namespace dnncut
