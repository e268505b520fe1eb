// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "backends/result/table_file.h"
#include "compiler/base/error.h"
#include "tools/ci/markdown_report.h"
#include "tools/cli/command.h"
#include "tools/commands/report_flags.h"
#include "tools/diff/diff_report.h"
#include "tools/text/percent.h"
#include "tools/text/terminal.h"

namespace dnncut {
namespace {

// GitHub takes comments of up to 65,536 characters.
constexpr size_t kMostMarkdownBytes = 60'000;

constexpr std::string_view kStandardOutput = "-";

struct DiffFlags {
  std::optional<std::string> before;
  std::optional<std::string> after;
  std::optional<std::string> max_regression;
  bool require_compatible = false;
  ReportFlags reports;
  bool json = false;
};

DiffLimits LimitsOf(const DiffFlags& flags) {
  DiffLimits limits;
  if (flags.max_regression) {
    limits.max_regression =
        ParsePercent("--max-regression", *flags.max_regression);
    limits.max_regression_text = *flags.max_regression;
    if (!limits.max_regression_text.ends_with('%')) {
      limits.max_regression_text += "%";
    }
  }
  limits.require_compatible = flags.require_compatible;
  return limits;
}

void CheckFlags(const DiffFlags& flags) {
  if (flags.json && flags.reports.markdown == kStandardOutput) {
    Fail(ExitCode::kUsage, "E816",
         "--json and --markdown - both print to standard output; give "
         "--markdown a file");
  }
  std::vector<std::string> inputs = {*flags.before, *flags.after};
  for (const auto& path : {flags.before, flags.after}) {
    for (std::string& file : FilesOfResult(FolderOfTable(*path))) {
      inputs.push_back(std::move(file));
    }
  }
  CheckReportFlags(flags.reports, inputs);
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

void Print(const DiffFlags& flags, const ResultDiff& diff,
           const CheckReport& checks) {
  if (flags.json) return PrintJson(DiffJson(diff, checks));
  if (flags.reports.markdown == kStandardOutput) {
    return PrintResult(DiffMarkdown(diff, checks, kMostMarkdownBytes));
  }
  PrintResult(DiffText(diff, checks));
}

// `details` is the Markdown file of the command's own.
void WriteFiles(const ReportFlags& flags, const CheckReport& checks,
                const std::string& details, Warnings* warnings) {
  if (flags.markdown && *flags.markdown != kStandardOutput) {
    WriteWhole(*flags.markdown, details);
  }
  WriteReports(flags, checks, warnings);
}

// A pipeline shows its reports also when nothing could be compared; those of
// its last run must not stay.
ResultDiff Compare(const DiffFlags& flags, const DiffLimits& limits,
                   Warnings* warnings) {
  try {
    return DiffResults(LoadWithProblemIfAny(*flags.before),
                       LoadWithProblemIfAny(*flags.after));
  } catch (const Error& error) {
    const CheckReport checks =
        UnansweredChecks(*flags.before, *flags.after, limits, error);
    WriteFiles(flags.reports, checks, MarkdownText(checks, kMostMarkdownBytes),
               warnings);
    throw;
  }
}

void RunDiff(const DiffFlags& flags) {
  Require("diff", "OLD", flags.before);
  Require("diff", "NEW", flags.after);
  const DiffLimits limits = LimitsOf(flags);
  CheckFlags(flags);
  WarningPrinter warnings;
  const ResultDiff diff = Compare(flags, limits, warnings.warnings());
  CheckReport checks = DiffChecks(diff, limits);
  checks.details_title = "What differs";
  checks.details = DiffMarkdown(diff, checks, kMostMarkdownBytes);
  Print(flags, diff, checks);
  WriteFiles(flags.reports, checks, checks.details, warnings.warnings());
  RequirePassed(checks);
}

}  // namespace

CommandRunner SetUpDiff(CLI::App* app) {
  auto flags = std::make_shared<DiffFlags>();
  AddArgument(app, "OLD", &flags->before,
              "folder that compile wrote, or a table.json");
  AddArgument(app, "NEW", &flags->after, "the one to compare with it");
  AddValue(app, "--max-regression", "PERCENT", &flags->max_regression,
           "fail when NEW is slower than OLD by more than this at any "
           "bandwidth, for example 5%");
  AddSwitch(app, "--require-compatible", &flags->require_compatible,
            "fail unless devices with NEW's table can talk to a server with "
            "OLD's halves");
  AddValue(app, "--markdown", "FILE", &flags->reports.markdown,
           "write Markdown for a pull request; - prints it instead of the "
           "text");
  AddReportFlags(app, &flags->reports);
  AddSwitch(app, "--json", &flags->json, "the answer as JSON");
  return [flags] { RunDiff(*flags); };
}

}  // namespace dnncut
