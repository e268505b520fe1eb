// SPDX-License-Identifier: Apache-2.0
//
// What two tables were compiled for, where that is not the same.
#pragma once

#include <string>
#include <vector>

#include "backends/result/table_file.h"

namespace dnncut {

struct SettingDiff {
  std::string name;  // "device", "round trip"
  std::string before;
  std::string after;
};

// In the order in which table.json has them.
std::vector<SettingDiff> DiffSettings(const TableFile& before,
                                      const TableFile& after);

}  // namespace dnncut
