// SPDX-License-Identifier: Apache-2.0
#include "tools/ci/check_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "compiler/base/unit_text.h"
#include "compiler/files/json_text.h"
#include "tools/text/terminal.h"
#include "tools/text/text_table.h"

namespace dnncut {
namespace {

// What stands at the start of an item's line.
std::string_view ShownStatus(CheckStatus status) {
  switch (status) {
    case CheckStatus::kPassed:
      return "ok";
    case CheckStatus::kFailed:
      return "FAILED";
    case CheckStatus::kError:
      return "ERROR";
    case CheckStatus::kSkipped:
      return "skipped";
  }
  return "";
}

nlohmann::ordered_json ValueJson(const std::optional<CheckValue>& value) {
  if (!value) return nullptr;
  return {
      {"value", value->value}, {"unit", value->unit}, {"text", value->text}};
}

}  // namespace

std::string_view StatusName(CheckStatus status) {
  switch (status) {
    case CheckStatus::kPassed:
      return "passed";
    case CheckStatus::kFailed:
      return "failed";
    case CheckStatus::kError:
      return "error";
    case CheckStatus::kSkipped:
      return "skipped";
  }
  return "";
}

void SetError(const Error& error, CheckStatus status, CheckItem* item) {
  item->status = status;
  item->message = fmt::format("{}: {}", error.id(), error.what());
}

int64_t CountOf(const CheckReport& report, CheckStatus status) {
  return std::ranges::count(report.items, status, &CheckItem::status);
}

bool Passed(const CheckReport& report) {
  return CountOf(report, CheckStatus::kFailed) == 0 &&
         CountOf(report, CheckStatus::kError) == 0;
}

std::string CheckVerdict(const CheckReport& report) {
  const int64_t skipped = CountOf(report, CheckStatus::kSkipped);
  const int64_t done = std::ssize(report.items) - skipped;
  const int64_t failed = CountOf(report, CheckStatus::kFailed) +
                         CountOf(report, CheckStatus::kError);
  std::string text =
      failed > 0
          ? fmt::format("{} of {} failed", failed, FormatPlural(done, "check"))
          : fmt::format("{} passed", FormatPlural(done, "check"));
  if (skipped > 0) text += fmt::format(", {} skipped", skipped);
  return text;
}

std::string CheckText(const CheckReport& report) {
  std::vector<std::vector<std::string>> rows;
  for (const CheckItem& item : report.items) {
    rows.push_back({std::string(ShownStatus(item.status)), Printable(item.name),
                    Printable(item.message)});
  }
  return fmt::format("{}\n{}{}\n", Printable(report.title),
                     TextTable({{"result"}, {"check"}, {"found"}}, rows),
                     CheckVerdict(report));
}

nlohmann::ordered_json CheckJson(const CheckReport& report) {
  nlohmann::ordered_json items = nlohmann::ordered_json::array();
  for (const CheckItem& item : report.items) {
    items.push_back({{"rule", item.rule},
                     {"name", item.name},
                     {"status", StatusName(item.status)},
                     {"message", item.message},
                     {"measured", ValueJson(item.measured)},
                     {"limit", ValueJson(item.limit)},
                     {"kbps", OrNull(item.kbps)},
                     {"cut", OrNull(item.cut)}});
  }
  return {{"schema", "dnncut.check/1"}, {"command", report.command},
          {"title", report.title},      {"file", report.file},
          {"passed", Passed(report)},   {"items", items}};
}

}  // namespace dnncut
