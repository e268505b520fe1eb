// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/utf8.h"

#include <utf8proc.h>

#include <array>

namespace dnncut {
namespace {

// Annotations between the lines of a text, and the Braille pattern without
// dots, which Unicode does not allow to ignore although they show nothing.
bool ShowsNothing(char32_t c) {
  return (c >= 0xfff9 && c <= 0xfffb) || c == 0x2800;
}

bool ChoosesEmojiForm(char32_t c) { return c == 0xfe0e || c == 0xfe0f; }

// Unicode also lists unassigned characters as ignorable; utf8proc knows only
// the assigned ones.
bool IsReservedToBeIgnored(char32_t c) {
  return c == 0x2065 || (c >= 0xfff0 && c <= 0xfff8) ||
         (c >= 0xe0000 && c <= 0xe0fff);
}

}  // namespace

std::optional<char32_t> TakeCharacter(std::string_view text, size_t* at) {
  utf8proc_int32_t c = 0;
  const utf8proc_ssize_t size = utf8proc_iterate(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + *at,
      static_cast<utf8proc_ssize_t>(text.size() - *at), &c);
  if (size < 0) {
    ++*at;
    return std::nullopt;
  }
  *at += static_cast<size_t>(size);
  return static_cast<char32_t>(c);
}

bool IsHidden(char32_t c) {
  const auto character = static_cast<utf8proc_int32_t>(c);
  switch (utf8proc_category(character)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    case UTF8PROC_CATEGORY_CN:
      return IsReservedToBeIgnored(c);
    default:
      return ShowsNothing(c) || (utf8proc_get_property(character)->ignorable &&
                                 !ChoosesEmojiForm(c));
  }
}

int ColumnsOf(char32_t c) {
  return utf8proc_charwidth(static_cast<utf8proc_int32_t>(c));
}

void AppendUtf8(char32_t c, std::string* text) {
  std::array<utf8proc_uint8_t, 4> bytes = {};
  const utf8proc_ssize_t size =
      utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes.data());
  text->append(reinterpret_cast<const char*>(bytes.data()),
               static_cast<size_t>(size));
}

}  // namespace dnncut
