// SPDX-License-Identifier: Apache-2.0
//
// What explain.h found, for programs: "dnncut.explain/1" of docs/formats.md.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tools/explain/explain.h"

namespace dnncut {

nlohmann::ordered_json OverviewJson(const StoredResult& compiled,
                                    const Overview& overview);
nlohmann::ordered_json CutJson(const StoredResult& compiled,
                               const CutExplanation& explanation);
nlohmann::ordered_json LayerJson(const StoredResult& compiled,
                                 const LayerExplanation& explanation);
nlohmann::ordered_json TensorJson(const StoredResult& compiled,
                                  const TensorExplanation& explanation);

}  // namespace dnncut
