// SPDX-License-Identifier: Apache-2.0
//
// table.json ("dnncut.table/1", docs/formats.md): the cut table.
#pragma once

#include <optional>
#include <string>

#include "backends/result.h"

namespace dnncut {

std::string TableJson(const Result& result, std::optional<int> only_cut);

}  // namespace dnncut
