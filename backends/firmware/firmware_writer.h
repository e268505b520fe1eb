// SPDX-License-Identifier: Apache-2.0
//
// Writes OUT/firmware: the table as constants and as a blob, and the headers
// that are the same for all models.
#pragma once

#include <string>

#include "backends/result/result.h"

namespace dnncut {

// `folder` exists. Throws Error E612 when firmware cannot hold the table.
void WriteFirmware(const Result& result, const std::string& folder);

}  // namespace dnncut
