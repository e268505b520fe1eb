// SPDX-License-Identifier: Apache-2.0
//
// UTF-8 as it comes from files: maybe broken, maybe made to mislead.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dnncut {

// Takes one character from `text` at `*at`; nullopt, and one byte taken, when
// none starts there: cut off, encoded in more bytes than it needs, half of a
// pair, or beyond the last character.
std::optional<char32_t> TakeCharacter(std::string_view text, size_t* at);

// A character that would not be seen, or would change how others are: controls,
// line separators, and what Unicode tells programs to ignore when they have no
// glyph for it, such as what turns the direction of text. Marks that go with
// the character before them, such as the choice of an emoji's form, are not
// hidden.
bool IsHidden(char32_t c);

// The columns that `c` takes on a terminal, whatever the locale: two for East
// Asian wide characters and emoji, none for combining marks.
int ColumnsOf(char32_t c);

// `c` is a Unicode character.
void AppendUtf8(char32_t c, std::string* text);

}  // namespace dnncut
