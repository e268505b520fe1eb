// SPDX-License-Identifier: Apache-2.0
//
// Is a result folder what compile wrote: whole, of one piece, and right?
#pragma once

#include <vector>

#include "frontends/read/limits.h"
#include "tools/ci/check_report.h"
#include "tools/result/stored_result.h"

namespace dnncut {

// Looks at everything that stands in a result folder, or at its table alone
// when that was named, and runs nothing. One item for each kind of thing; what
// is broken is a failed item, no Error.
std::vector<CheckItem> CheckResult(const StoredResult& stored,
                                   const ModelLimits& limits = {});

}  // namespace dnncut
