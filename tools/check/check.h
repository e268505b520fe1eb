// SPDX-License-Identifier: Apache-2.0
//
// All that `dnncut check` looks at, as one report. A pipeline shows it whatever
// happened, so there is a report also where there was nothing to check.
#pragma once

#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "frontends/read/limits.h"
#include "tools/check/budget.h"
#include "tools/ci/check_report.h"
#include "tools/result/stored_result.h"

namespace dnncut {

// The table at `path`, which has times that fit. Throws Error.
StoredResult LoadTableToCheck(const std::string& path);

// What is said of a table that cannot be loaded.
CheckReport UnreadableReport(const std::string& path, const Error& error);

// Adds the title, what CheckResult finds, an item for each budget, and the rows
// as details. When a budget cannot be held against the table, that is the last
// item, and the Error is thrown.
void Check(const StoredResult& stored, const std::vector<Budget>& budgets,
           const ModelLimits& limits, CheckReport* report);

}  // namespace dnncut
