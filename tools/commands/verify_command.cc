// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <climits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "backends/result/table_file.h"
#include "compiler/base/error.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/limit_flags.h"
#include "tools/commands/report_flags.h"
#include "tools/commands/run_flags.h"
#include "tools/commands/verify_flags.h"
#include "tools/result/find_model.h"
#include "tools/result/result_files.h"
#include "tools/text/terminal.h"
#include "tools/verify/verify.h"
#include "tools/verify/verify_checks.h"

namespace dnncut {
namespace {

struct VerifyCommand {
  VerifyOptions options;
  std::string table;                 // OUT, or its table.json
  std::optional<std::string> model;  // --model
  ReportFiles reports;
  Output output;
};

void RunVerify(const Flags& flags, const VerifyCommand& command) {
  VerifyOptions options = command.options;
  options.out = FolderOfTable(command.table);
  if (options.structural && flags.AnyGiven(kVerifyFlags)) {
    Fail(ExitCode::kUsage, "E735",
         "--structural runs nothing, so flags that say how to run ({}) have no "
         "use with it; leave them out",
         fmt::join(kVerifyFlags, ", "));
  }
  std::vector<std::string> inputs = FilesOfResult(options.out);
  if (command.model) inputs.push_back(*command.model);
  for (std::string& file : PossibleInputFiles(options.inputs)) {
    inputs.push_back(std::move(file));
  }
  CheckReportFiles(command.reports, inputs);
  WarningPrinter report_warnings;
  // A pipeline shows its reports also when nothing could be verified.
  const auto reporting = [&](const auto& work) {
    try {
      return work();
    } catch (const Error& error) {
      WriteReports(command.reports, UnansweredChecks(options.out, error),
                   report_warnings.warnings());
      throw;
    }
  };
  const TableFile table =
      reporting([&] { return ReadTableFile(options.out + "/table.json"); });
  options.model_path = reporting(
      [&] { return FindCompiledModel(table, options.out, command.model); });
  inputs.push_back(options.model_path);
  CheckReportFiles(command.reports, inputs);
  const VerifyReport report = reporting([&] {
    return RunStage(command.output,
                    [&](Progress* progress, Warnings* warnings) {
                      return Verify(table, options, progress, warnings);
                    });
  });
  WriteReports(command.reports, VerifyChecks(report),
               report_warnings.warnings());
  PrintAnswer(
      command.output, [&] { return VerifyJson(report); },
      [&] { return VerifyText(report); });
  RequirePassed(report);
}

}  // namespace

CommandRunner SetUpVerify(Flags* flags) {
  auto command = std::make_shared<VerifyCommand>();
  flags->AddArgument("OUT", Text(&command->table),
                     "folder that compile wrote, or its table.json");
  flags->AddValue(
      "--model", "PATH", Text(&command->model),
      "the model that was compiled; default: the file of that name beside "
      "OUT, else in the current folder");
  flags->AddValue("--cut", "N", Count(&command->options.cut, 0, INT_MAX),
                  "verify this cut only");
  flags->AddSwitch(
      "--structural", &command->options.structural,
      "compare layers, weights and what crosses, and run nothing: needs "
      "no ONNX Runtime");
  AddVerifyFlags(flags, &command->options);
  AddOnnxRuntimeFlag(flags, &command->options.onnxruntime);
  AddReportFlags(flags, &command->reports);
  flags->AddSwitch("--json", &command->output.json, "the report as JSON");
  flags->AddSwitch("-v,--verbose", &command->output.verbose,
                   "stages and their times on stderr");
  flags->AddSwitch("-q,--quiet", &command->output.quiet,
                   "no report and no progress: only the exit code tells");
  AddLimitFlag(flags, &command->options.limits);
  return [=] { RunVerify(*flags, *command); };
}

}  // namespace dnncut
