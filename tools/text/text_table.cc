// SPDX-License-Identifier: Apache-2.0
#include "tools/text/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "compiler/base/utf8.h"
#include "tools/text/terminal.h"

namespace dnncut {
namespace {

constexpr int kGap = 2;

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

std::string NumberOrDash(const std::optional<int>& number) {
  return number ? fmt::format("{}", *number) : "-";
}

int DisplayWidth(std::string_view text) {
  int width = 0;
  for (size_t at = 0; at < text.size();) {
    // A byte that starts no character takes a column of its own.
    const std::optional<char32_t> c = TakeCharacter(text, &at);
    width += c ? ColumnsOf(*c) : 1;
  }
  return width;
}

}  // namespace dnncut
