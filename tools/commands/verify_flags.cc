// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/verify_flags.h"

#include <optional>
#include <string>
#include <string_view>

#include "compiler/base/error.h"
#include "tools/commands/input_flags.h"
#include "tools/commands/run_flags.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

double ToleranceOf(std::string_view flag, const std::string& text) {
  const std::optional<double> number = ParseNumber(text);
  if (!number || *number < 0) {
    Fail(ExitCode::kUsage, "E736",
         "{} '{}' is not a number of 0 or more; write for example {} 1e-3",
         flag, text, flag);
  }
  return *number;
}

}  // namespace

void AddVerifyFlags(Flags* flags, VerifyOptions* options) {
  AddInputFlags(flags, &options->inputs);
  flags->AddValue("--rtol", "X", Parsed(&options->tolerance.rtol, ToleranceOf),
                  "relative tolerance at the optimisation level; default 1e-3, "
                  "1e-2 for models with 16-bit floats");
  flags->AddValue("--atol", "X", Parsed(&options->tolerance.atol, ToleranceOf),
                  "absolute tolerance; default 1e-5, 1e-2 for models with "
                  "16-bit floats");
  flags->AddValue("--optimization", "LEVEL",
                  Parsed(&options->optimization, ParseOptimization),
                  "of the second run: disabled (for none), basic, extended or "
                  "all (the default)");
  flags->AddValue("--threads", "N", Threads(&options->threads),
                  "of the second run; default 0, one for each core");
  AddTimeoutFlag(flags, "a run", &options->timeout_seconds);
}

}  // namespace dnncut
