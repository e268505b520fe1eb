// SPDX-License-Identifier: Apache-2.0
//
// Is a result folder what compile wrote: whole, of one piece, and right?
#pragma once

#include <string>
#include <vector>

#include "backends/result/table_file.h"
#include "tools/ci/check_report.h"

namespace dnncut {

// Looks at everything that stands in the folder of `path`, which is a result
// folder or a table.json alone, and runs nothing. `table` was read from there.
// One item for each kind of thing; what is broken is a failed item, no Error.
std::vector<CheckItem> CheckResult(const std::string& path,
                                   const TableFile& table);

}  // namespace dnncut
