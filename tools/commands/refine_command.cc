// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/base/choice.h"
#include "compiler/base/error.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/input_flags.h"
#include "tools/commands/limit_flags.h"
#include "tools/commands/run_flags.h"
#include "tools/refine/refine.h"
#include "tools/refine/refine_report.h"
#include "tools/text/terminal.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

// The fit solves a problem for each half left out.
constexpr int64_t kMaxProbes = 100;

// What this machine stands for.
double SlowdownFactorOf(std::string_view flag, const std::string& text) {
  constexpr double kMost = 1e6;
  const std::optional<double> factor = ParseNumber(text);
  if (!factor || *factor <= 0 || *factor > kMost) {
    Fail(ExitCode::kUsage, "E742",
         "{} '{}' must be a number above 0 and at most 1000000, for example 4 "
         "or 2.5",
         flag, text);
  }
  return *factor;
}

std::optional<PerSide<bool>> SidesOf(std::string_view flag,
                                     const std::string& text) {
  return ParseChoice<PerSide<bool>>(flag, text,
                                    {{"device", {true, false}},
                                     {"server", {false, true}},
                                     {"both", {true, true}}});
}

void RunRefine(const RefineOptions& options, const Output& output) {
  const RefineResult result =
      RunStage(output, [&](Progress* progress, Warnings* warnings) {
        return Refine(options, progress, warnings);
      });
  PrintAnswer(
      output, [&] { return RefineJson(result); },
      [&] { return RefineText(result); });
}

void AddMeasureFlags(Flags* flags, RefineOptions* options) {
  flags->AddValue(
      "--as", "SIDE", Parsed(&options->as, SidesOf),
      "what this machine stands for: device, server or both; needed "
      "where the times of a side are estimates, else both");
  flags->AddValue(
      "--slowdown", "FACTOR", Parsed(&options->slowdown, SlowdownFactorOf),
      "multiplies the device's times (with --as server the server's), to "
      "stand in for a slower machine; default: that of an earlier refine, "
      "else 1");
  AddSideThreadsFlags(flags, &options->threads);
  AddOptimizationFlag(flags, &options->optimization);
  flags->AddValue(
      "--runs", "N", Count(&options->runs, 1, kMaxRuns),
      "timed runs of a half in each of its 3 to 8 processes, as many as it "
      "takes until two agree; default 10");
  flags->AddValue("--warm-up", "N", Count(&options->warm_up, 0, kMaxRuns),
                  "runs before these; default 2");
  flags->AddValue(
      "--probes", "N", Count(&options->probes, 0, kMaxProbes),
      "cuts to measure besides the table's, and one more to judge the "
      "fit by; default 4");
  flags->AddValue("--max-rounds", "N", Count(&options->max_rounds, 1, 1000),
                  "how often at most it measures and solves; default 8");
  AddTimeoutFlag(flags, "the runs of one process", &options->timeout_seconds);
}

}  // namespace

CommandRunner SetUpRefine(Flags* flags) {
  auto options = std::make_shared<RefineOptions>();
  auto output = std::make_shared<Output>();
  flags->AddArgument("OUT", Text(&options->path),
                     "folder that compile wrote, or its table.json");
  flags->AddValue(
      "-o,--output", "OUT", OutputName(&options->output, "folder"),
      "folder to write; an earlier result there is replaced only with "
      "--force");
  flags->AddSwitch("--in-place", &options->in_place,
                   "replace OUT by the refined result, in place of -o");
  flags->AddValue(
      "--model", "PATH", Text(&options->model),
      "the model that was compiled; default: looked for beside OUT and "
      "in the current folder");
  AddMeasureFlags(flags, options.get());
  AddInputFlags(flags, &options->inputs);
  AddOnnxRuntimeFlag(flags, &options->onnxruntime);
  flags->AddSwitch("--force", &options->force,
                   "replace an earlier result at --output, other than OUT");
  flags->AddSwitch("--json", &output->json, "the comparison as JSON");
  flags->AddSwitch("-v,--verbose", &output->verbose,
                   "what is being measured, on stderr");
  flags->AddSwitch("-q,--quiet", &output->quiet,
                   "no comparison and no progress");
  AddLimitFlag(flags, &options->limits, &options->cuts_with_halves);
  return [=] { RunRefine(*options, *output); };
}

}  // namespace dnncut
