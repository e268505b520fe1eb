// SPDX-License-Identifier: Apache-2.0
//
// Aligned columns on a terminal. Widths count characters, not bytes; no line
// ends with a space.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dnncut {

enum class Align { kLeft, kRight };

struct Column {
  std::string heading;
  Align align = Align::kLeft;
};

// The line of the headings, bold on a terminal, and one for each row of cells;
// a row may have fewer cells than there are columns. Columns stand two spaces
// apart.
std::vector<std::string> TableLines(
    const std::vector<Column>& columns,
    const std::vector<std::vector<std::string>>& rows);

// The same as one text.
std::string TextTable(const std::vector<Column>& columns,
                      const std::vector<std::vector<std::string>>& rows);

// "5"; "-" for none.
std::string NumberOrDash(const std::optional<int>& number);

// The columns that `text` (UTF-8) takes on a terminal, whatever the locale.
int DisplayWidth(std::string_view text);

}  // namespace dnncut
