// SPDX-License-Identifier: Apache-2.0
//
// The flags that say what a model is run on, the same for every command that
// runs models.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/cli/cli_app.h"
#include "tools/runtime/model_inputs.h"

namespace dnncut {

struct InputFlags {
  std::vector<std::string> inputs;       // --input NAME=FILE (.npy, .pb)
  std::optional<std::string> test_data;  // --test-data FOLDER
  std::optional<std::string> seed;       // --seed N
};

void AddInputFlags(CLI::App* app, InputFlags* flags);

// Was any of them given?
bool AnyGiven(const InputFlags& flags);

// What they say. Throws Error.
InputOptions InputOptionsOf(const InputFlags& flags);

}  // namespace dnncut
