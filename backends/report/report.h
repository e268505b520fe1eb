// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "backends/result/result.h"

namespace dnncut {

// The report page: one HTML file that loads nothing, and shows everything
// without scripts, too. The same result gives the same bytes.
std::string ReportHtml(const Result& result);

}  // namespace dnncut
