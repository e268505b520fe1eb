// SPDX-License-Identifier: Apache-2.0
#include "tools/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "compiler/utf8.h"
#include "tools/terminal.h"

namespace dnncut {
namespace {

constexpr int kGap = 2;

struct Range {
  char32_t first = 0;
  char32_t last = 0;
};

constexpr std::array<Range, 3> kCombining = {
    {{0x0300, 0x036f}, {0x200b, 0x200f}, {0xfe00, 0xfe0f}}};
constexpr std::array<Range, 9> kWide = {{{0x1100, 0x115f},
                                         {0x2e80, 0xa4cf},
                                         {0xac00, 0xd7a3},
                                         {0xf900, 0xfaff},
                                         {0xfe30, 0xfe6f},
                                         {0xff00, 0xff60},
                                         {0xffe0, 0xffe6},
                                         {0x1f300, 0x1faff},
                                         {0x20000, 0x3fffd}}};

bool IsIn(std::span<const Range> ranges, char32_t code_point) {
  return std::ranges::any_of(ranges, [code_point](const Range& range) {
    return range.first <= code_point && code_point <= range.last;
  });
}

int WidthOf(char32_t code_point) {
  return IsIn(kCombining, code_point) ? 0 : IsIn(kWide, code_point) ? 2 : 1;
}

std::string Pad(const std::string& text, Align align, int width) {
  const std::string padding(
      static_cast<size_t>(std::max(0, width - DisplayWidth(text))), ' ');
  return align == Align::kLeft ? text + padding : padding + text;
}

std::string Line(const std::vector<Column>& columns,
                 const std::vector<int>& widths,
                 const std::vector<std::string>& cells) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line.append(kGap, ' ');
    line += Pad(cells[i], columns[i].align, widths[i]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::vector<std::string> TableLines(
    const std::vector<Column>& columns,
    const std::vector<std::vector<std::string>>& rows) {
  std::vector<int> widths;
  std::vector<std::string> headings;
  for (size_t i = 0; i < columns.size(); ++i) {
    headings.push_back(columns[i].heading);
    int width = DisplayWidth(columns[i].heading);
    for (const std::vector<std::string>& row : rows) {
      if (i < row.size()) width = std::max(width, DisplayWidth(row[i]));
    }
    widths.push_back(width);
  }
  std::vector<std::string> lines = {Heading(Line(columns, widths, headings))};
  for (const std::vector<std::string>& row : rows) {
    lines.push_back(Line(columns, widths, row));
  }
  return lines;
}

std::string TextTable(const std::vector<Column>& columns,
                      const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (const std::string& line : TableLines(columns, rows)) text += line + "\n";
  return text;
}

int DisplayWidth(std::string_view text) {
  int width = 0;
  for (size_t at = 0; at < text.size();) {
    // A byte that starts no character takes a column of its own.
    const std::optional<char32_t> c = TakeCharacter(text, &at);
    width += c ? WidthOf(*c) : 1;
  }
  return width;
}

}  // namespace dnncut
