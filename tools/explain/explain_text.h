// SPDX-License-Identifier: Apache-2.0
//
// What explain.h found, for people.
#pragma once

#include <string>

#include "tools/explain/explain.h"

namespace dnncut {

std::string OverviewText(const Compiled& compiled, const Overview& overview);
std::string CutText(const Compiled& compiled,
                    const CutExplanation& explanation);
std::string LayerText(const Compiled& compiled,
                      const LayerExplanation& explanation);
std::string TensorText(const Compiled& compiled,
                       const TensorExplanation& explanation);

}  // namespace dnncut
