// SPDX-License-Identifier: Apache-2.0
//
// Writes profiles in the format that ReadProfile (profile.h) reads.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "cost_models/measured/profile.h"

namespace dnncut {

// The "dnncut.profile/1" of docs/formats.md. What is empty or nullopt is left
// out. Equal profiles give equal bytes.
nlohmann::ordered_json ProfileJson(const Profile& profile);

}  // namespace dnncut
