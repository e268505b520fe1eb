// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "compiler/base/error.h"
#include "tools/cli/command.h"
#include "tools/commands/input_flags.h"
#include "tools/commands/run_flags.h"
#include "tools/refine/refine.h"
#include "tools/refine/refine_report.h"
#include "tools/text/terminal.h"

namespace dnncut {
namespace {

// The fit solves a problem for each half left out.
constexpr int64_t kMaxProbes = 100;

struct RefineFlags {
  std::optional<std::string> path;
  std::optional<std::string> output;
  std::optional<std::string> model;
  std::optional<std::string> as;
  std::optional<std::string> slowdown;
  std::optional<std::string> device_threads;
  std::optional<std::string> server_threads;
  std::optional<std::string> optimization;
  std::optional<std::string> runs;
  std::optional<std::string> warm_up;
  std::optional<std::string> probes;
  std::optional<std::string> max_rounds;
  std::optional<std::string> timeout;
  std::optional<std::string> onnxruntime;
  InputFlags inputs;
  bool force = false;
  bool json = false;
  bool verbose = false;
  bool quiet = false;
};

double ParseSlowdown(const std::string& text) {
  constexpr double kMost = 1e6;
  double factor = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, factor);
  if (error != std::errc() || rest != end || !(factor > 0) || factor > kMost) {
    Fail(ExitCode::kUsage, "E742",
         "--slowdown '{}' must be a number above 0 and at most 1000000, for "
         "example 4 or 2.5",
         text);
  }
  return factor;
}

RefineOptions OptionsOf(const RefineFlags& flags) {
  RefineOptions options;
  options.path = Require("refine", "OUT", flags.path);
  if (flags.output && flags.output->empty()) {
    Fail(ExitCode::kUsage, "E134", "-o needs the name of a folder");
  }
  options.output = flags.output;
  options.model = flags.model;
  const std::string as = flags.as.value_or("both");
  if (as != "device" && as != "server" && as != "both") {
    Fail(ExitCode::kUsage, "E109", "--as '{}' must be device, server or both",
         as);
  }
  options.as = {as != "server", as != "device"};
  if (flags.slowdown) options.slowdown = ParseSlowdown(*flags.slowdown);
  options.threads.device = ThreadsOf("--device-threads", flags.device_threads);
  options.threads.server = ThreadsOf("--server-threads", flags.server_threads);
  if (flags.optimization) {
    options.optimization =
        ParseOptimization("--optimization", *flags.optimization);
  }
  SetCount("--runs", flags.runs, 1, kMaxRuns, &options.runs);
  SetCount("--warm-up", flags.warm_up, 0, kMaxRuns, &options.warm_up);
  SetCount("--probes", flags.probes, 0, kMaxProbes, &options.probes);
  SetCount("--max-rounds", flags.max_rounds, 1, 1000, &options.max_rounds);
  SetTimeout(flags.timeout, &options.timeout_seconds);
  options.onnxruntime = flags.onnxruntime.value_or("");
  options.inputs = InputOptionsOf(flags.inputs);
  options.force = flags.force;
  return options;
}

void RunRefine(const RefineFlags& flags) {
  const RefineOptions options = OptionsOf(flags);
  const RefineResult result = [&] {
    WarningPrinter warnings;
    Progress progress(flags.verbose, flags.quiet);
    return Refine(options, &progress, warnings.warnings());
  }();
  if (flags.json) {
    PrintJson(RefineJson(result));
  } else if (!flags.quiet) {
    PrintResult(RefineText(result));
  }
}

void AddMeasureFlags(CLI::App* app, RefineFlags* flags) {
  AddValue(app, "--as", "SIDE", &flags->as,
           "what this machine stands for: device, server or both (the "
           "default)");
  AddValue(app, "--slowdown", "FACTOR", &flags->slowdown,
           "multiplies the device's times (with --as server the server's), to "
           "stand in for a slower machine; default: that of an earlier refine, "
           "else 1");
  AddSideThreadsFlags(app, &flags->device_threads, &flags->server_threads);
  AddOptimizationFlag(app, &flags->optimization);
  AddValue(
      app, "--runs", "N", &flags->runs,
      "timed runs of a half in each of its 3 to 8 processes, as many as it "
      "takes until two agree; default 10");
  AddValue(app, "--warm-up", "N", &flags->warm_up,
           "runs before these; default 2");
  AddValue(app, "--probes", "N", &flags->probes,
           "cuts to measure besides the table's, and one more to judge the "
           "fit by; default 4");
  AddValue(app, "--max-rounds", "N", &flags->max_rounds,
           "how often at most it measures and solves; default 8");
  AddTimeoutFlag(app, "the runs of one process", &flags->timeout);
}

}  // namespace

CommandRunner SetUpRefine(CLI::App* app) {
  auto flags = std::make_shared<RefineFlags>();
  AddArgument(app, "OUT", &flags->path,
              "folder that compile wrote, or its table.json");
  AddValue(app, "-o,--output", "OUT", &flags->output,
           "folder to write; default: OUT itself. That is replaced, another "
           "one only with --force");
  AddValue(app, "--model", "PATH", &flags->model,
           "the model that was compiled; default: looked for beside OUT and "
           "in the current folder");
  AddMeasureFlags(app, flags.get());
  AddInputFlags(app, &flags->inputs);
  AddOnnxRuntimeFlag(app, &flags->onnxruntime);
  AddSwitch(app, "--force", &flags->force,
            "replace an earlier result at --output, other than OUT");
  AddSwitch(app, "--json", &flags->json, "the comparison as JSON");
  AddSwitch(app, "-v,--verbose", &flags->verbose,
            "what is being measured, on stderr");
  AddSwitch(app, "-q,--quiet", &flags->quiet, "no comparison and no progress");
  return [flags] { RunRefine(*flags); };
}

}  // namespace dnncut
