// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tools/refine/refine.h"

namespace dnncut {

// "dnncut refine net.dnncut --as device": every option that decides the result
// and is not the default, without folders; `model_file` as table.json names it.
std::string RefineCommandLine(const RefineOptions& options,
                              const std::string& model_file);

}  // namespace dnncut
