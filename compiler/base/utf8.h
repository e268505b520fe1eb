// SPDX-License-Identifier: Apache-2.0
//
// Reads UTF-8 text that comes from files. It may be malformed, or made to
// mislead those who see it.
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

// True for a character that is invisible or changes how others are shown:
// controls, line separators, the empty Braille pattern, and characters that
// Unicode allows programs to ignore, such as those that turn the direction of
// text. The marks that choose an emoji's form do not count.
bool IsHidden(char32_t c);

// The columns that `c` takes on a terminal, whatever the locale: two for East
// Asian wide characters and emoji, none for combining marks.
int ColumnsOf(char32_t c);

// `c` is a Unicode character.
void AppendUtf8(char32_t c, std::string* text);

}  // namespace dnncut
