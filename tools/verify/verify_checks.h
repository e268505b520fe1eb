// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "compiler/base/error.h"
#include "tools/ci/check_report.h"
#include "tools/verify/verify.h"

namespace dnncut {

// What `dnncut verify` found, for a pipeline: an item for each thing that was
// compared of each cut.
CheckReport VerifyChecks(const VerifyReport& report);

// When the result in `out` cannot be verified at all.
CheckReport UnansweredChecks(const std::string& out, const Error& error);

}  // namespace dnncut
