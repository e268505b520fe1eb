// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <cstddef>

#include "backends/result/table_file.h"
#include "tools/diff/diff_report.h"
#include "tools/diff/diff_words.h"
#include "tools/text/percent.h"

namespace dnncut {
namespace {

constexpr double kBillion = 1e9;
// Billionths in a millionth of a percent.
constexpr int64_t kPpbOfPercent = 10;

// The questions, without answers.
CheckItem RegressionItem(const DiffLimits& limits) {
  CheckItem item;
  item.rule = "max-regression";
  item.rule_text =
      "At no bandwidth is the new table slower than the old one by more than "
      "--max-regression";
  item.name = "latency regression";
  item.identity = item.name;
  item.status = CheckStatus::kSkipped;
  if (!limits.max_regression) return item;
  item.name += " of at most " + limits.max_regression_text;
  item.limit = {*limits.max_regression * kPpbOfPercent, "ppb",
                limits.max_regression_text};
  return item;
}

CheckItem ServerItem() {
  CheckItem item;
  item.rule = "server-compatibility";
  item.rule_text =
      "A device with the new table can talk to a server with the old halves";
  item.name = "new table with the old server";
  item.status = CheckStatus::kSkipped;
  return item;
}

CheckItem RegressionCheck(const ResultDiff& diff, const DiffLimits& limits) {
  CheckItem item = RegressionItem(limits);
  item.message = LatencyVerdict(diff);
  const double excess = diff.worst.ratio.Excess();
  if (excess < static_cast<double>(INT64_MAX) / kBillion) {
    item.measured = {std::llround(excess * kBillion), "ppb",
                     ChangeText(diff.worst.ratio)};
  }
  if (!limits.max_regression) return item;
  const CostRatio limit = {kHundredPercent + *limits.max_regression,
                           kHundredPercent};
  const bool failed = limit < diff.worst.ratio;
  item.status = failed ? CheckStatus::kFailed : CheckStatus::kPassed;
  return item;
}

CheckItem ServerCheck(const ResultDiff& diff, const DiffLimits& limits) {
  CheckItem item = ServerItem();
  item.message = CompatibleText("new table and old server", diff.forward);
  if (!limits.require_compatible) return item;
  const bool passed = diff.forward.compatible == Compatible::kYes;
  item.status = passed ? CheckStatus::kPassed : CheckStatus::kFailed;
  if (!passed) {
    item.message += "; " + RolloutAdvice(diff.forward, diff.backward);
  }
  return item;
}

CheckReport ReportOf(const std::string& before, const std::string& after) {
  CheckReport report;
  report.command = "diff";
  report.title = fmt::format("{} against {}", after, before);
  report.file = FileOfTable(after);
  return report;
}

}  // namespace

CheckReport DiffChecks(const ResultDiff& diff, const DiffLimits& limits) {
  CheckReport report = ReportOf(diff.before.path, diff.after.path);
  report.items = {RegressionCheck(diff, limits), ServerCheck(diff, limits)};
  return report;
}

CheckReport UnansweredChecks(const std::string& before,
                             const std::string& after, const DiffLimits& limits,
                             const Error& error) {
  CheckReport report = ReportOf(before, after);
  report.items = {RegressionItem(limits), ServerItem()};
  const bool asked[] = {limits.max_regression.has_value(),
                        limits.require_compatible};
  for (size_t i = 0; i < report.items.size(); ++i) {
    const bool skipped = !asked[i] && asked[1 - i];
    SetError(error, skipped ? CheckStatus::kSkipped : CheckStatus::kError,
             &report.items[i]);
  }
  return report;
}

}  // namespace dnncut
