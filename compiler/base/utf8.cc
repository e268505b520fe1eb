// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/utf8.h"

#include <algorithm>
#include <array>
#include <span>

namespace dnncut {
namespace {

struct Range {
  char32_t first = 0;
  char32_t last = 0;
};

// Controls, soft hyphen, direction marks, characters without width, separators
// of lines, tags.
constexpr std::array<Range, 10> kHidden = {{{0x00, 0x1f},
                                            {0x7f, 0x9f},
                                            {0xad, 0xad},
                                            {0x61c, 0x61c},
                                            {0x180e, 0x180e},
                                            {0x200b, 0x200f},
                                            {0x2028, 0x202e},
                                            {0x2060, 0x206f},
                                            {0xfeff, 0xfeff},
                                            {0xe0000, 0xe007f}}};

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

bool IsIn(std::span<const Range> ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](const Range& range) {
    return range.first <= c && c <= range.last;
  });
}

// The smallest character that takes `more` bytes after the first.
constexpr std::array<char32_t, 4> kLeast = {0, 0x80, 0x800, 0x10000};

// What marks the first byte of a character with `more` bytes after it.
constexpr std::array<char32_t, 4> kLead = {0, 0xc0, 0xe0, 0xf0};

int BytesAfter(unsigned char lead) {
  if (lead < 0x80) return 0;
  if (lead >= 0xc2 && lead < 0xe0) return 1;
  if (lead >= 0xe0 && lead < 0xf0) return 2;
  return lead >= 0xf0 && lead < 0xf5 ? 3 : -1;
}

}  // namespace

std::optional<char32_t> TakeCharacter(std::string_view text, size_t* at) {
  const auto lead = static_cast<unsigned char>(text[*at]);
  const int more = BytesAfter(lead);
  ++*at;
  if (more < 0 || text.size() - *at < static_cast<size_t>(more)) {
    return std::nullopt;
  }
  char32_t c = more == 0 ? lead : lead & (0x3fu >> more);
  for (int i = 0; i < more; ++i) {
    const auto byte = static_cast<unsigned char>(text[*at + i]);
    if ((byte & 0xc0) != 0x80) return std::nullopt;
    c = c << 6 | (byte & 0x3f);
  }
  const bool is_surrogate = c >= 0xd800 && c <= 0xdfff;
  if (c < kLeast[more] || c > 0x10ffff || is_surrogate) return std::nullopt;
  *at += more;
  return c;
}

bool IsHidden(char32_t c) { return IsIn(kHidden, c); }

int ColumnsOf(char32_t c) {
  return IsIn(kCombining, c) ? 0 : IsIn(kWide, c) ? 2 : 1;
}

void AppendUtf8(char32_t c, std::string* text) {
  const int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  *text += static_cast<char>(kLead[more] | c >> (6 * more));
  for (int i = more - 1; i >= 0; --i) {
    *text += static_cast<char>(0x80 | (c >> (6 * i) & 0x3f));
  }
}

}  // namespace dnncut
