// SPDX-License-Identifier: Apache-2.0
//
// What people read in dnncut_table.h beside its numbers. Names come from the
// model: none of them can end a comment.
#pragma once

#include <string>
#include <vector>

#include "backends/firmware/firmware_table.h"
#include "backends/result/result.h"

namespace dnncut {

struct FirmwareComments {
  std::string top;                // a whole comment
  std::vector<std::string> rows;  // the text of one for each row, or none
  std::vector<std::string> cuts;  // for each cut, or none
};

FirmwareComments MakeFirmwareComments(const FirmwareTable& table,
                                      const Result& result);

}  // namespace dnncut
