// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/check_report.h"
#include "tools/verify.h"

namespace dnncut {

// What `dnncut verify` found, for a pipeline: an item for each thing that was
// compared of each cut.
CheckReport VerifyChecks(const VerifyReport& report);

}  // namespace dnncut
