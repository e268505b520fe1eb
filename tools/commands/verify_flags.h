// SPDX-License-Identifier: Apache-2.0
//
// The flags that say how halves are verified: of `dnncut verify` and of
// `dnncut compile --verify`.
#pragma once

#include <optional>
#include <string>

#include "tools/cli/cli_app.h"
#include "tools/commands/input_flags.h"
#include "tools/verify/verify.h"

namespace dnncut {

struct VerifyFlags {
  InputFlags inputs;
  std::optional<std::string> rtol;
  std::optional<std::string> atol;
  std::optional<std::string> optimization;
  std::optional<std::string> threads;
  std::optional<std::string> timeout;
};

void AddVerifyFlags(CLI::App* app, VerifyFlags* flags);

// Was any of them given?
bool AnyGiven(const VerifyFlags& flags);

// What they say; the rest of the options is for the caller to fill in. Throws
// Error.
VerifyOptions VerifyOptionsOf(const VerifyFlags& flags);

}  // namespace dnncut
