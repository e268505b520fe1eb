// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "compiler/files/pending_file.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/limit_flags.h"
#include "tools/fit/fit.h"

namespace dnncut {
namespace {

struct FitCommand {
  FitOptions options;
  std::optional<std::string> path;  // --output
  bool force = false;
  Output output;
};

void RunFit(const FitCommand& command) {
  const FitReport report =
      RunStage(command.output, [&](Progress*, Warnings* warnings) {
        return Fit(command.options, warnings);
      });
  if (command.path) {
    WriteWhole(*command.path, RegressionText(report.model), command.force,
               command.options.paths);
  }
  PrintAnswer(
      command.output, [&] { return FitJson(report); },
      [&] { return FitText(report, command.path); });
}

}  // namespace

CommandRunner SetUpFit(Flags* flags) {
  auto command = std::make_shared<FitCommand>();
  flags->AddArguments(
      "PROFILE...", Texts(&command->options.paths),
      "files that dnncut profile wrote, of one machine and setting");
  flags->AddValue(
      "-o,--output", "FILE", OutputName(&command->path, "file"),
      "the fitted machine, for --device and --server; without it only "
      "the report is printed");
  flags->AddValue(
      "--name", "NAME", Text(&command->options.name),
      "of the fitted machine; profiles may name it differently then; "
      "default: that in the profiles");
  flags->AddSwitch("--force", &command->force, "replace FILE when it is there");
  flags->AddSwitch("--json", &command->output.json, "the report as JSON");
  AddTimeLimitFlag(flags);
  return [command] { RunFit(*command); };
}

}  // namespace dnncut
