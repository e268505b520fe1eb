// SPDX-License-Identifier: Apache-2.0
#include "tools/check/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/base/unit_text.h"
#include "compiler/model/size_basis.h"
#include "tools/check/budget_check.h"
#include "tools/check/result_check.h"

namespace dnncut {
namespace {

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
        FormatBytes(costs.upload_bytes, costs.upload_basis),
        FormatDuration(LatencyNs(costs, table.downlink, row.min_kbps)),
        FormatDuration(LatencyNs(costs, table.downlink, row.max_kbps)));
  }
  if (table.rows.size() > shown) {
    text += fmt::format("\nand {} more\n", table.rows.size() - shown);
  }
  return text;
}

void AddAll(const StoredResult& stored, const std::vector<Budget>& budgets,
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

// A budget that cannot be held against this table.
void AddBudgetsItem(const Error& error, CheckReport* report) {
  CheckItem item;
  item.rule = "budgets";
  item.rule_text = "every budget can be held against the table";
  item.name = "budgets";
  SetError(error, CheckStatus::kError, &item);
  report->items.push_back(item);
}

}  // namespace

StoredResult LoadTableToCheck(const std::string& path) {
  StoredResult stored = LoadTable(path);
  RequireTimes(stored.table, path);
  return stored;
}

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

void Check(const StoredResult& stored, const std::vector<Budget>& budgets,
           const ModelLimits& limits, CheckReport* report) {
  try {
    AddAll(stored, budgets, limits, report);
  } catch (const Error& error) {
    AddBudgetsItem(error, report);
    throw;
  }
}

}  // namespace dnncut
