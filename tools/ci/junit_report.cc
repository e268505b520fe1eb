// SPDX-License-Identifier: Apache-2.0
//
// JUnit's format has no specification: what is written here is what every
// reader takes (Jenkins, GitLab, GitHub's actions). Messages are attributes,
// which they show in lists, and text, which they show in full.
#include "tools/ci/junit_report.h"

#include <fmt/format.h>

#include <string_view>

#include "tools/text/terminal.h"

namespace dnncut {
namespace {

// U+FFFE and U+FFFF are valid UTF-8 and no characters of XML.
void ReplaceNoncharacters(std::string* text) {
  for (const std::string_view character : {"\xef\xbf\xbe", "\xef\xbf\xbf"}) {
    for (size_t at = text->find(character); at != std::string::npos;
         at = text->find(character, at)) {
      text->replace(at, character.size(), "\xef\xbf\xbd");
    }
  }
}

// For attributes and text. XML has no way to write most control characters, so
// they come as on a terminal, \x1b, which also makes it valid UTF-8.
std::string EscapeXml(std::string_view text) {
  std::string printable = Printable(text);
  ReplaceNoncharacters(&printable);
  std::string escaped;
  for (const char c : printable) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&apos;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string CountsText(const CheckReport& report) {
  return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}")",
                     report.items.size(), CountOf(report, CheckStatus::kFailed),
                     CountOf(report, CheckStatus::kError),
                     CountOf(report, CheckStatus::kSkipped));
}

std::string ResultText(const CheckItem& item) {
  const std::string message = EscapeXml(item.message);
  const std::string type = EscapeXml(item.rule);
  switch (item.status) {
    case CheckStatus::kPassed:
      return fmt::format("      <system-out>{}</system-out>\n", message);
    case CheckStatus::kFailed:
      return fmt::format(
          "      <failure message=\"{}\" type=\"{}\">{}</failure>\n", message,
          type, message);
    case CheckStatus::kError:
      return fmt::format("      <error message=\"{}\" type=\"{}\">{}</error>\n",
                         message, type, message);
    case CheckStatus::kSkipped:
      return fmt::format("      <skipped message=\"{}\"/>\n", message);
  }
  return "";
}

}  // namespace

std::string JUnitText(const CheckReport& report) {
  const std::string name = EscapeXml("dnncut " + report.command);
  const std::string counts = CountsText(report);
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"{}\" {}>\n"
      "  <testsuite name=\"{}\" {}>\n",
      name, counts, EscapeXml(report.title), counts);
  for (const CheckItem& item : report.items) {
    text += fmt::format(
        "    <testcase name=\"{}\" classname=\"dnncut.{}.{}\">\n"
        "{}"
        "    </testcase>\n",
        EscapeXml(item.name), EscapeXml(report.command), EscapeXml(item.rule),
        ResultText(item));
  }
  return text + "  </testsuite>\n</testsuites>\n";
}

}  // namespace dnncut
