// SPDX-License-Identifier: Apache-2.0
#include "tools/text/hanging_text.h"

#include <algorithm>

#include "tools/text/text_table.h"

namespace dnncut {

std::string HangingText(std::string_view label, std::string_view text) {
  constexpr int kColumns = 79;
  const int indent = DisplayWidth(label);
  std::string lines(label);
  int column = indent;
  for (size_t from = 0; from < text.size();) {
    const size_t to = std::min(text.find(' ', from), text.size());
    const std::string_view word = text.substr(from, to - from);
    const int width = DisplayWidth(word);
    const bool is_first = column == indent;
    if (!is_first && column + 1 + width > kColumns) {
      lines += '\n';
      lines.append(indent, ' ');
      column = indent;
    } else if (!is_first) {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += width;
    from = to + 1;
  }
  return lines + "\n";
}

}  // namespace dnncut
