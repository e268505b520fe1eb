// SPDX-License-Identifier: Apache-2.0
//
// What explain.h found, for programs: "dnncut.explain/1" of docs/formats.md.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tools/explain/explain.h"

namespace dnncut {

nlohmann::ordered_json OverviewJson(const Compiled& compiled,
                                    const Overview& overview);
nlohmann::ordered_json CutJson(const Compiled& compiled,
                               const CutExplanation& explanation);
nlohmann::ordered_json LayerJson(const Compiled& compiled,
                                 const LayerExplanation& explanation);
nlohmann::ordered_json TensorJson(const Compiled& compiled,
                                  const TensorExplanation& explanation);

}  // namespace dnncut
