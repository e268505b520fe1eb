// SPDX-License-Identifier: Apache-2.0
//
// Markdown for GitHub that never gets longer than it may, whatever the names
// in it are.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace dnncut {

// Text that stays text inside Markdown: no markup, no HTML, no link, one line.
std::string EscapeMarkdown(std::string_view text);

// The same of at most `most` bytes of `text`, with " ..." where it goes on: a
// hostile name must not take all of the room.
std::string ShortMarkdown(std::string_view text, size_t most);

// Parts one after another, as many as there is room for; what was opened is
// always closed, and `cut_off` says at the end that something is missing.
class MarkdownPage {
 public:
  MarkdownPage(size_t max_bytes, std::string_view cut_off)
      : max_bytes_(max_bytes), cut_off_(cut_off) {}

  // All of `part` or, from then on, nothing: false.
  bool Add(std::string_view part);

  // A section that is folded away, with what `add_content` adds to this page;
  // nothing when there is no room.
  void AddFolded(std::string_view title,
                 const std::function<void()>& add_content);

  // "" when not even `cut_off` fits.
  std::string Finish();

 private:
  size_t max_bytes_;
  std::string_view cut_off_;
  std::string text_;
  bool full_ = false;
};

}  // namespace dnncut
