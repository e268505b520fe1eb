// SPDX-License-Identifier: Apache-2.0
//
// Reads the budgets, the table and, beside it, the result; the checks
// themselves are in tools/check. A pipeline shows the reports whatever
// happened, so a table that cannot be read is a failed check with reports like
// any other, and reports are written before the exit code is decided.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "backends/result/table_file.h"
#include "compiler/base/error.h"
#include "compiler/base/first_few.h"
#include "frontends/read/limits.h"
#include "tools/check/budget.h"
#include "tools/check/check.h"
#include "tools/ci/check_report.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/readers.h"
#include "tools/commands/limit_flags.h"
#include "tools/commands/report_flags.h"
#include "tools/result/result_files.h"
#include "tools/result/stored_result.h"
#include "tools/text/terminal.h"

namespace dnncut {
namespace {

struct CheckCommand {
  std::string path;
  std::vector<Budget> budgets;
  std::vector<std::string> budget_files;
  ModelLimits limits;
  ReportFiles reports;
  Output output;
};

// Those of files first; of a name, the first.
std::vector<Budget> BudgetsOf(const CheckCommand& command) {
  std::vector<Budget> budgets;
  const auto add = [&](const Budget& budget) {
    const bool is_there =
        std::ranges::find(budgets, budget.name, &Budget::name) != budgets.end();
    if (!is_there) budgets.push_back(budget);
  };
  for (const std::string& path : command.budget_files) {
    std::ranges::for_each(ReadBudgets(path), add);
  }
  std::ranges::for_each(command.budgets, add);
  return budgets;
}

// What no report may replace.
std::vector<std::string> InputsOf(const CheckCommand& command) {
  std::vector<std::string> inputs = FilesOfResult(FolderOfTable(command.path));
  inputs.push_back(command.path);
  inputs.insert(inputs.end(), command.budget_files.begin(),
                command.budget_files.end());
  return inputs;
}

StoredResult ReadTable(const std::string& path, const ReportFiles& reports,
                       Warnings* warnings) {
  try {
    return LoadTableToCheck(path);
  } catch (const Error& error) {
    WriteReports(reports, UnreadableReport(path, error), warnings);
    throw;
  }
}

[[noreturn]] void FailChecks(const CheckReport& report) {
  constexpr size_t kShown = 3;
  std::vector<std::string> failed;
  for (const CheckItem& item : report.items) {
    if (item.status == CheckStatus::kFailed ||
        item.status == CheckStatus::kError) {
      failed.push_back(item.name);
    }
  }
  Fail(ExitCode::kCheckFailed, "E800", "{}: {}", CheckVerdict(report),
       FirstFew(failed.size(), kShown, [&](size_t i) { return failed[i]; }));
}

void RunCheck(const CheckCommand& command) {
  const std::string& path = command.path;
  const std::vector<Budget> budgets = BudgetsOf(command);
  CheckReportFiles(command.reports, InputsOf(command));
  WarningPrinter warnings;
  const StoredResult stored =
      ReadTable(path, command.reports, warnings.warnings());
  CheckReport report;
  report.command = "check";
  report.file = FileOfTable(path);
  try {
    Check(stored, budgets, command.limits, &report);
  } catch (const Error&) {
    WriteReports(command.reports, report, warnings.warnings());
    throw;
  }
  WriteReports(command.reports, report, warnings.warnings());
  PrintAnswer(
      command.output, [&] { return CheckJson(report); },
      [&] { return CheckText(report); });
  if (!Passed(report)) FailChecks(report);
}

}  // namespace

CommandRunner SetUpCheck(Flags* flags) {
  auto command = std::make_shared<CheckCommand>();
  flags->AddArgument("OUT", Text(&command->path),
                     "folder that compile wrote, or a table.json");
  flags->AddRepeatable(
      "--budget", "BUDGET",
      [command = command.get()](std::string_view flag,
                                const std::string& text) {
        command->budgets.push_back(ParseBudget(flag, text));
      },
      fmt::format("an upper bound, METRIC[@BANDWIDTH]<=LIMIT, for "
                  "example 'latency@5Mbps<=80ms'; metrics: {}; may be "
                  "given several times",
                  MetricNames()));
  flags->AddRepeatable("--budgets", "FILE", Texts(&command->budget_files),
                       "a file with one budget a line; # starts a comment");
  AddReportFlags(flags, &command->reports);
  flags->AddSwitch("--json", &command->output.json, "the report as JSON");
  flags->AddSwitch("-q,--quiet", &command->output.quiet,
                   "no report: only the exit code tells");
  AddLimitFlag(flags, &command->limits);
  return [command] { RunCheck(*command); };
}

}  // namespace dnncut
