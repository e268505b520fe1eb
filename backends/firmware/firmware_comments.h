// SPDX-License-Identifier: Apache-2.0
//
// Makes the comments of dnncut_table.h. They contain names from the model,
// which are changed so that none of them can end a comment.
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
