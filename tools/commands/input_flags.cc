// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/input_flags.h"

#include <fmt/format.h>

#include <cstdint>

#include "tools/cli/command.h"
#include "tools/text/units.h"

namespace dnncut {

void AddInputFlags(CLI::App* app, InputFlags* flags) {
  AddRepeatable(app, "--input", "NAME=FILE", &flags->inputs,
                "an input of the model, from a .npy or .pb; made up when not "
                "given");
  AddValue(app, "--test-data", "FOLDER", &flags->test_data,
           "inputs from input_0.pb, input_1.pb, ... in FOLDER or "
           "FOLDER/test_data_set_0, by position");
  AddValue(
      app, "--seed", "N", &flags->seed,
      fmt::format("for inputs that are made up; default {}", kDefaultSeed));
}

bool AnyGiven(const InputFlags& flags) {
  return !flags.inputs.empty() || flags.test_data || flags.seed;
}

InputOptions InputOptionsOf(const InputFlags& flags) {
  InputOptions options;
  options.given = flags.inputs;
  options.test_data = flags.test_data;
  if (flags.seed) {
    options.seed = ParseCount("--seed", *flags.seed, 0, INT64_MAX);
  }
  return options;
}

}  // namespace dnncut
