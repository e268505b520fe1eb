// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/verify_flags.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "compiler/base/error.h"
#include "tools/cli/command.h"
#include "tools/commands/run_flags.h"

namespace dnncut {
namespace {

std::optional<double> ToleranceOf(std::string_view flag,
                                  const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  double number = 0;
  const char* end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || rest != end || !std::isfinite(number) ||
      number < 0) {
    Fail(ExitCode::kUsage, "E736",
         "{} '{}' is not a number of 0 or more; write for example {} 1e-3",
         flag, *text, flag);
  }
  return number;
}

}  // namespace

void AddVerifyFlags(CLI::App* app, VerifyFlags* flags) {
  AddInputFlags(app, &flags->inputs);
  AddValue(app, "--rtol", "X", &flags->rtol,
           "relative tolerance at the optimisation level; default 1e-3, 1e-2 "
           "for 16-bit floats");
  AddValue(app, "--atol", "X", &flags->atol,
           "absolute tolerance; default 1e-5, 1e-2 for 16-bit floats");
  AddValue(app, "--optimization", "LEVEL", &flags->optimization,
           "of the second run: disabled (for none), basic, extended or all "
           "(the default)");
  AddValue(app, "--threads", "N", &flags->threads,
           "of the second run; default 0, one for each core");
  AddTimeoutFlag(app, "a run", &flags->timeout);
}

bool AnyGiven(const VerifyFlags& flags) {
  return AnyGiven(flags.inputs) || flags.rtol || flags.atol ||
         flags.optimization || flags.threads || flags.timeout;
}

VerifyOptions VerifyOptionsOf(const VerifyFlags& flags) {
  VerifyOptions options;
  options.inputs = InputOptionsOf(flags.inputs);
  options.tolerance.rtol = ToleranceOf("--rtol", flags.rtol);
  options.tolerance.atol = ToleranceOf("--atol", flags.atol);
  if (flags.optimization) {
    options.optimization =
        ParseOptimization("--optimization", *flags.optimization);
  }
  options.threads =
      ThreadsOf("--threads", flags.threads).value_or(options.threads);
  SetTimeout(flags.timeout, &options.timeout_seconds);
  return options;
}

}  // namespace dnncut
