// SPDX-License-Identifier: Apache-2.0
//
// What explain.h found, for people.
#pragma once

#include <string>

#include "tools/explain/explain.h"

namespace dnncut {

std::string OverviewText(const StoredResult& compiled,
                         const Overview& overview);
std::string CutText(const StoredResult& compiled,
                    const CutExplanation& explanation);
std::string LayerText(const StoredResult& compiled,
                      const LayerExplanation& explanation);
std::string TensorText(const StoredResult& compiled,
                       const TensorExplanation& explanation);

}  // namespace dnncut
