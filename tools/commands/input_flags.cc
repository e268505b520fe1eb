// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/input_flags.h"

#include <fmt/format.h>

#include <cstdint>

#include "tools/cli/readers.h"

namespace dnncut {

void AddInputFlags(Flags* flags, InputOptions* options) {
  flags->AddRepeatable(
      "--input", "NAME=FILE", Texts(&options->given),
      "an input of the model, from a .npy or .pb; made up when not given");
  flags->AddValue("--test-data", "FOLDER", Text(&options->test_data),
                  "inputs from input_0.pb, input_1.pb, ... in FOLDER or "
                  "FOLDER/test_data_set_0, by position");
  flags->AddValue(
      "--seed", "N", Count(&options->seed, 0, INT64_MAX),
      fmt::format("for inputs that are made up; default {}", kDefaultSeed));
}

}  // namespace dnncut
