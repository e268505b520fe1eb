// SPDX-License-Identifier: Apache-2.0
#include "tools/ci/markdown_report.h"

#include <fmt/format.h>

#include "compiler/base/unit_text.h"
#include "tools/text/markdown_page.h"

namespace dnncut {
namespace {

constexpr std::string_view kTableHead = "| | check | found |\n|---|---|---|\n";
constexpr std::string_view kCutOff = "\n*More was found than fits here.*\n";

// Nobody reads more.
constexpr size_t kLongestCell = 2000;

std::string Cell(std::string_view text) {
  return ShortMarkdown(text, kLongestCell);
}

std::string Row(const CheckItem& item) {
  return fmt::format("| {} | {} | {} |\n", StatusIcon(item.status),
                     Cell(item.name), Cell(item.message));
}

// "11 checks passed, 1 skipped"; "" when there are none.
std::string OthersText(const CheckReport& report) {
  const int64_t passed = CountOf(report, CheckStatus::kPassed);
  const int64_t skipped = CountOf(report, CheckStatus::kSkipped);
  std::string text;
  if (passed > 0) text = FormatPlural(passed, "check") + " passed";
  if (skipped > 0) {
    text += fmt::format("{}{} skipped", passed > 0 ? ", " : "",
                        passed > 0 ? fmt::format("{}", skipped)
                                   : FormatPlural(skipped, "check"));
  }
  return text;
}

// The items with the status `passed` or not, as many as fit.
void AddTable(const CheckReport& report, bool good, MarkdownPage* page) {
  bool started = false;
  for (const CheckItem& item : report.items) {
    const bool is_good = item.status == CheckStatus::kPassed ||
                         item.status == CheckStatus::kSkipped;
    if (is_good != good) continue;
    if (!started && !page->Add(kTableHead)) return;
    started = true;
    if (!page->Add(Row(item))) return;
  }
}

}  // namespace

std::string_view StatusIcon(CheckStatus status) {
  switch (status) {
    case CheckStatus::kPassed:
      return ":white_check_mark:";
    case CheckStatus::kSkipped:
      return ":heavy_minus_sign:";
    case CheckStatus::kFailed:
    case CheckStatus::kError:
      break;
  }
  return ":x:";
}

std::string MarkdownText(const CheckReport& report, size_t max_bytes) {
  MarkdownPage page(max_bytes, kCutOff);
  const std::string heading =
      fmt::format("### {} dnncut {}: {}\n\n{}\n\n",
                  Passed(report) ? StatusIcon(CheckStatus::kPassed)
                                 : StatusIcon(CheckStatus::kFailed),
                  report.command, Cell(report.title), CheckVerdict(report));
  if (!page.Add(heading)) return "";
  AddTable(report, false, &page);
  if (!Passed(report)) page.Add("\n");
  const std::string others = OthersText(report);
  if (!others.empty()) {
    page.AddFolded(others, [&] { AddTable(report, true, &page); });
    page.Add("\n");
  }
  if (!report.details.empty()) {
    page.AddFolded(report.details_title, [&] { page.Add(report.details); });
    page.Add("\n");
  }
  return page.Finish();
}

}  // namespace dnncut
