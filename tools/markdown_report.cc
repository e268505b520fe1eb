// SPDX-License-Identifier: Apache-2.0
#include "tools/markdown_report.h"

#include <fmt/format.h>

#include <vector>

#include "compiler/unit_text.h"
#include "tools/terminal.h"

namespace dnncut {
namespace {

constexpr std::string_view kTableHead = "| | check | found |\n|---|---|---|\n";
constexpr std::string_view kCutOff = "\n*More was found than fits here.*\n";

// Nobody reads more, and a hostile name must not take all of the room.
constexpr size_t kLongestCell = 2000;

std::string_view Icon(CheckStatus status) {
  switch (status) {
    case CheckStatus::kPassed:
      return ":white_check_mark:";
    case CheckStatus::kFailed:
      return ":x:";
    case CheckStatus::kError:
      return ":warning:";
    case CheckStatus::kSkipped:
      return ":heavy_minus_sign:";
  }
  return "";
}

std::string Cell(std::string_view text) {
  if (text.size() <= kLongestCell) return EscapeMarkdown(text);
  // Not in the middle of a character.
  size_t size = kLongestCell;
  while (size > 0 && (text[size] & 0xc0) == 0x80) --size;
  return EscapeMarkdown(text.substr(0, size)) + " ...";
}

std::string Row(const CheckItem& item) {
  return fmt::format("| {} | {} | {} |\n", Icon(item.status), Cell(item.name),
                     Cell(item.message));
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

// Text that never gets longer than it may, with room for what ends it.
class BoundedText {
 public:
  explicit BoundedText(size_t max_bytes) : max_bytes_(max_bytes) {}

  // All of `part` or nothing; `closing` comes later and must fit, too.
  bool Add(std::string_view part, std::string_view closing = "") {
    const size_t size =
        text_.size() + part.size() + closing.size() + kCutOff.size();
    if (cut_off_ || size > max_bytes_) {
      cut_off_ = true;
      return false;
    }
    text_ += part;
    return true;
  }

  void Close(std::string_view closing) { text_ += closing; }

  std::string Finish() {
    if (!cut_off_) return text_;
    if (text_.size() + kCutOff.size() <= max_bytes_) text_ += kCutOff;
    return text_;
  }

 private:
  size_t max_bytes_;
  std::string text_;
  bool cut_off_ = false;
};

// The items with the status `passed` or not, as many as fit.
void AddTable(const CheckReport& report, bool good, std::string_view closing,
              BoundedText* text) {
  bool started = false;
  for (const CheckItem& item : report.items) {
    const bool is_good = item.status == CheckStatus::kPassed ||
                         item.status == CheckStatus::kSkipped;
    if (is_good != good) continue;
    if (!started && !text->Add(kTableHead, closing)) return;
    started = true;
    if (!text->Add(Row(item), closing)) return;
  }
}

void AddFolded(std::string_view title, const auto& add_content,
               BoundedText* text) {
  constexpr std::string_view kClosing = "\n</details>\n\n";
  const std::string opening =
      fmt::format("<details><summary>{}</summary>\n\n", EscapeMarkdown(title));
  if (!text->Add(opening, kClosing)) return;
  add_content(kClosing);
  text->Close(kClosing);
}

}  // namespace

std::string EscapeMarkdown(std::string_view text) {
  // With these as entities no markup can begin; the colon and the point behind
  // a 'w' keep GitHub from making links of addresses.
  constexpr std::string_view kMarkup = "&<>\"'`*_~[]()#|\\!@$:{}";
  std::string escaped;
  for (const char c : Printable(text)) {
    const bool after_w =
        !escaped.empty() && (escaped.back() == 'w' || escaped.back() == 'W');
    if (kMarkup.find(c) != std::string_view::npos || (c == '.' && after_w)) {
      escaped += fmt::format("&#{};", static_cast<int>(c));
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string MarkdownText(const CheckReport& report, size_t max_bytes) {
  BoundedText text(max_bytes);
  const std::string heading = fmt::format(
      "### {} dnncut {}: {}\n\n{}\n\n",
      Passed(report) ? Icon(CheckStatus::kPassed) : Icon(CheckStatus::kFailed),
      report.command, Cell(report.title), CheckVerdict(report));
  if (!text.Add(heading)) return "";
  AddTable(report, false, "", &text);
  if (!Passed(report)) text.Add("\n");
  const std::string others = OthersText(report);
  if (!others.empty()) {
    AddFolded(
        others,
        [&](std::string_view closing) {
          AddTable(report, true, closing, &text);
        },
        &text);
  }
  if (!report.details.empty()) {
    AddFolded(
        report.details_title,
        [&](std::string_view closing) { text.Add(report.details, closing); },
        &text);
  }
  return text.Finish();
}

}  // namespace dnncut
