// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tools/ci/check_report.h"

namespace dnncut {

// SARIF 2.1.0: one run, a rule for each kind of check, and a result for each
// item that failed or could not be looked at, at most as many as GitHub reads.
std::string SarifText(const CheckReport& report);

}  // namespace dnncut
