// SPDX-License-Identifier: Apache-2.0
//
// What `dnncut refine` says: predicted against measured.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/refine/refine.h"

namespace dnncut {

std::string RefineText(const RefineResult& result);
nlohmann::ordered_json RefineJson(const RefineResult& result);

}  // namespace dnncut
