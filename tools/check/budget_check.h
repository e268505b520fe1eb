// SPDX-License-Identifier: Apache-2.0
//
// A budget held against a table, exactly: at every integer kbit/s where it has
// to hold.
#pragma once

#include <string>

#include "backends/result/table_file.h"
#include "tools/check/budget.h"
#include "tools/ci/check_report.h"

namespace dnncut {

// `folder` is that of the table. The message says what was found and where; of
// a breach by how much, and at which bandwidths the budget would hold. Throws
// Error E140 when the budget is for bandwidths that the table does not cover.
CheckItem CheckBudget(const Budget& budget, const TableFile& table,
                      const std::string& folder);

}  // namespace dnncut
