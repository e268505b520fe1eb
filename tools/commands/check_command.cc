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
#include <optional>

#include "backends/result/table_file.h"
#include "compiler/base/error.h"
#include "compiler/base/first_few.h"
#include "compiler/base/unit_text.h"
#include "frontends/read/limits.h"
#include "tools/check/budget.h"
#include "tools/check/budget_check.h"
#include "tools/check/result_check.h"
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

// The rows, for people who read the summary only.
std::string RowsMarkdown(const TableFile& table) {
  constexpr size_t kShown = 50;
  std::string text =
      "| bandwidth | cut | device | server | upload | latency |\n"
      "|---|---|---|---|---|---|\n";
  const size_t shown = std::min(table.rows.size(), kShown);
  for (size_t i = 0; i < shown; ++i) {
    const TableRow& row = table.rows[i];
    const CutCosts& costs = table.cuts[row.cut].costs;
    text += fmt::format(
        "| {} | {} | {} | {} | {} | {} to {} |\n",
        FormatKbpsRange(row.min_kbps, row.max_kbps), row.cut,
        FormatPlural(costs.layers.device, "layer"),
        FormatPlural(costs.layers.server, "layer"),
        FormatBytes(costs.upload_bytes),
        FormatDuration(LatencyNs(costs, table.downlink, row.min_kbps)),
        FormatDuration(LatencyNs(costs, table.downlink, row.max_kbps)));
  }
  if (table.rows.size() > shown) {
    text += fmt::format("\nand {} more\n", table.rows.size() - shown);
  }
  return text;
}

// Items and details, from a table that could be read.
void FillIn(const StoredResult& stored, const std::vector<Budget>& budgets,
            const ModelLimits& limits, CheckReport* report) {
  const TableFile& table = stored.table;
  report->title = fmt::format("{} in {}", table.model_file, stored.path);
  report->items = CheckResult(stored, limits);
  for (const Budget& budget : budgets) {
    report->items.push_back(CheckBudget(budget, table, stored.folder));
  }
  report->details_title =
      FormatPlural(std::ssize(table.rows), "row") + " of the table";
  report->details = RowsMarkdown(table);
}

// A pipeline shows its reports also when there was nothing to check.
CheckReport UnreadableReport(const std::string& path, const Error& error) {
  CheckReport report;
  report.command = "check";
  report.title = path;
  report.file = FileOfTable(path);
  CheckItem item;
  item.rule = "result-table";
  item.rule_text = "table.json is a table of cuts";
  item.name = "table.json";
  SetError(error, CheckStatus::kError, &item);
  report.items.push_back(item);
  return report;
}

// A budget that cannot be held against this table.
void AddErrorItem(const Error& error, CheckReport* report) {
  CheckItem item;
  item.rule = "budgets";
  item.rule_text = "every budget can be held against the table";
  item.name = "budgets";
  SetError(error, CheckStatus::kError, &item);
  report->items.push_back(item);
}

// A table whose times do not fit cannot be held against anything.
void RequireTimes(const TableFile& table, const std::string& path) {
  try {
    for (const TableRow& row : table.rows) {
      LatencyNs(table.cuts[row.cut].costs, table.downlink, row.min_kbps);
    }
  } catch (const Error& error) {
    throw Error(error.exit_code(), error.id(),
                fmt::format("{}: {}", path, error.what()));
  }
}

StoredResult ReadTable(const std::string& path, const ReportFiles& reports,
                       Warnings* warnings) {
  try {
    StoredResult stored = LoadTable(path);
    RequireTimes(stored.table, path);
    return stored;
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
    FillIn(stored, budgets, command.limits, &report);
  } catch (const Error& error) {
    AddErrorItem(error, &report);
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
