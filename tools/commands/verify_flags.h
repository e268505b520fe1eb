// SPDX-License-Identifier: Apache-2.0
//
// The flags that say how halves are verified: of `dnncut verify` and of
// `dnncut compile --verify`.
#pragma once

#include <array>
#include <string_view>

#include "tools/cli/flags.h"
#include "tools/verify/verify.h"

namespace dnncut {

// All that AddVerifyFlags adds.
inline constexpr auto kVerifyFlags = std::to_array<std::string_view>(
    {"--input", "--test-data", "--seed", "--rtol", "--atol", "--optimization",
     "--threads", "--timeout"});

void AddVerifyFlags(Flags* flags, VerifyOptions* options);

}  // namespace dnncut
