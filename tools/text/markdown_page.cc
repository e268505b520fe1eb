// SPDX-License-Identifier: Apache-2.0
#include "tools/text/markdown_page.h"

#include <fmt/format.h>

#include "tools/text/terminal.h"

namespace dnncut {
namespace {

constexpr std::string_view kClosing = "\n</details>\n";

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

std::string ShortMarkdown(std::string_view text, size_t most) {
  if (text.size() <= most) return EscapeMarkdown(text);
  // Not in the middle of a character.
  size_t size = most;
  while (size > 0 && (text[size] & 0xc0) == 0x80) --size;
  return EscapeMarkdown(text.substr(0, size)) + " ...";
}

bool MarkdownPage::Add(std::string_view part) {
  const size_t size =
      text_.size() + part.size() + kClosing.size() + cut_off_.size();
  full_ = full_ || size > max_bytes_;
  if (!full_) text_ += part;
  return !full_;
}

void MarkdownPage::AddFolded(std::string_view title,
                             const std::function<void()>& add_content) {
  if (!Add(fmt::format("<details><summary>{}</summary>\n\n",
                       EscapeMarkdown(title)))) {
    return;
  }
  add_content();
  text_ += kClosing;  // Add has left the room for it
}

std::string MarkdownPage::Finish() {
  if (full_ && text_.size() + cut_off_.size() <= max_bytes_) text_ += cut_off_;
  return text_;
}

}  // namespace dnncut
