// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "backends/result/table_file.h"
#include "compiler/base/error.h"
#include "compiler/files/pending_file.h"
#include "tools/ci/markdown_report.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/limit_flags.h"
#include "tools/commands/report_flags.h"
#include "tools/diff/diff_report.h"
#include "tools/result/result_files.h"
#include "tools/text/percent.h"
#include "tools/text/terminal.h"

namespace dnncut {
namespace {

// GitHub takes comments of up to 65,536 characters.
constexpr size_t kMostMarkdownBytes = 60'000;

struct DiffCommand {
  std::string before;
  std::string after;
  DiffLimits limits;
  ReportFiles reports;
  Output output;
};

// Reads a percentage, and keeps how it was written.
Reader MaxRegression(DiffLimits* limits) {
  return [=](std::string_view flag, const std::string& text) {
    limits->max_regression = ParsePercent(flag, text);
    limits->max_regression_text = text;
    if (!text.ends_with('%')) limits->max_regression_text += "%";
  };
}

void CheckFiles(const DiffCommand& command) {
  if (command.output.json && command.reports.markdown == kStandardOutput) {
    Fail(ExitCode::kUsage, "E816",
         "--json and --markdown - both print to standard output; give "
         "--markdown a file");
  }
  std::vector<std::string> inputs = {command.before, command.after};
  for (const std::string& path : {command.before, command.after}) {
    for (std::string& file : FilesOfResult(FolderOfTable(path))) {
      inputs.push_back(std::move(file));
    }
  }
  CheckReportFiles(command.reports, inputs);
}

// The first check that failed decides the exit code.
void RequirePassed(const CheckReport& checks) {
  for (const CheckItem& item : checks.items) {
    if (item.status != CheckStatus::kFailed) continue;
    if (item.rule == "max-regression") {
      Fail(ExitCode::kCheckFailed, "E814",
           "{}: {}; that is above --max-regression {}", checks.title,
           item.message, item.limit->text);
    }
    Fail(ExitCode::kCheckFailed, "E815", "{}: {}", checks.title, item.message);
  }
}

void Print(const DiffCommand& command, const ResultDiff& diff,
           const CheckReport& checks) {
  PrintAnswer(
      command.output, [&] { return DiffJson(diff, checks); },
      [&] {
        return command.reports.markdown == kStandardOutput
                   ? DiffMarkdown(diff, checks, kMostMarkdownBytes)
                   : DiffText(diff, checks);
      });
}

// `details` is the Markdown file of the command's own.
void WriteFiles(const ReportFiles& files, const CheckReport& checks,
                const std::string& details, Warnings* warnings) {
  if (files.markdown && *files.markdown != kStandardOutput) {
    WriteWhole(*files.markdown, details);
  }
  WriteReports(files, checks, warnings);
}

// A pipeline shows its reports also when nothing could be compared; those of
// its last run must not stay.
ResultDiff Compare(const DiffCommand& command, Warnings* warnings) {
  try {
    return DiffResults(LoadWithProblemIfAny(command.before),
                       LoadWithProblemIfAny(command.after));
  } catch (const Error& error) {
    const CheckReport checks =
        UnansweredChecks(command.before, command.after, command.limits, error);
    WriteFiles(command.reports, checks,
               MarkdownText(checks, kMostMarkdownBytes), warnings);
    throw;
  }
}

void RunDiff(const DiffCommand& command) {
  CheckFiles(command);
  WarningPrinter warnings;
  const ResultDiff diff = Compare(command, warnings.warnings());
  CheckReport checks = DiffChecks(diff, command.limits);
  checks.details_title = "What differs";
  checks.details = DiffMarkdown(diff, checks, kMostMarkdownBytes);
  Print(command, diff, checks);
  WriteFiles(command.reports, checks, checks.details, warnings.warnings());
  RequirePassed(checks);
}

}  // namespace

CommandRunner SetUpDiff(Flags* flags) {
  auto command = std::make_shared<DiffCommand>();
  flags->AddArgument("OLD", Text(&command->before),
                     "folder that compile wrote, or a table.json");
  flags->AddArgument("NEW", Text(&command->after),
                     "the one to compare with it");
  flags->AddValue("--max-regression", "PERCENT",
                  MaxRegression(&command->limits),
                  "fail when NEW is slower than OLD by more than this at any "
                  "bandwidth, for example 5%");
  flags->AddSwitch(
      "--require-compatible", &command->limits.require_compatible,
      "fail unless devices with NEW's table can talk to a server with "
      "OLD's halves");
  flags->AddValue(
      "--markdown", "FILE", OutputName(&command->reports.markdown, "file"),
      "write Markdown for a pull request; - prints it instead of the "
      "text");
  AddReportFlags(flags, &command->reports);
  flags->AddSwitch("--json", &command->output.json, "the answer as JSON");
  AddTimeLimitFlag(flags);
  return [command] { RunDiff(*command); };
}

}  // namespace dnncut
