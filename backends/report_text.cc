// SPDX-License-Identifier: Apache-2.0
#include "backends/report_text.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <vector>

namespace dnncut {
namespace {

constexpr char32_t kReplacement = 0xfffd;
constexpr char32_t kEllipsis = 0x2026;
constexpr char32_t kIsolate = 0x2068;  // first strong isolate
constexpr char32_t kIsolateEnd = 0x2069;

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

bool IsHidden(char32_t c) {
  return std::ranges::any_of(kHidden, [c](const Range& range) {
    return range.first <= c && c <= range.last;
  });
}

// The smallest character that takes `more` bytes after the first.
constexpr std::array<char32_t, 4> kLeast = {0, 0x80, 0x800, 0x10000};

int BytesAfter(unsigned char lead) {
  if (lead < 0x80) return 0;
  if (lead >= 0xc2 && lead < 0xe0) return 1;
  if (lead >= 0xe0 && lead < 0xf0) return 2;
  return lead >= 0xf0 && lead < 0xf5 ? 3 : -1;
}

// Takes one character from `text` at `*at`; nullopt, and one byte taken, when
// none starts there.
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

std::vector<char32_t> Characters(std::string_view text) {
  std::vector<char32_t> characters;
  for (size_t at = 0; at < text.size();) {
    characters.push_back(TakeCharacter(text, &at).value_or(kReplacement));
  }
  return characters;
}

void AppendUtf8(char32_t c, std::string* text) {
  const auto tail = [&](int shift) {
    *text += static_cast<char>(0x80 | (c >> shift & 0x3f));
  };
  if (c < 0x80) {
    *text += static_cast<char>(c);
  } else if (c < 0x800) {
    *text += static_cast<char>(0xc0 | c >> 6);
    tail(0);
  } else if (c < 0x10000) {
    *text += static_cast<char>(0xe0 | c >> 12);
    tail(6);
    tail(0);
  } else {
    *text += static_cast<char>(0xf0 | c >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

void AppendVisible(char32_t c, std::string* text) {
  if (IsHidden(c)) {
    *text += fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
  } else {
    AppendUtf8(c, text);
  }
}

void AppendHtml(char32_t c, std::string* html) {
  switch (c) {
    case '&':
      *html += "&amp;";
      return;
    case '<':
      *html += "&lt;";
      return;
    case '>':
      *html += "&gt;";
      return;
    case '"':
      *html += "&quot;";
      return;
    case '\'':
      *html += "&#39;";
      return;
    default:
      break;
  }
  AppendVisible(c, html);
}

std::vector<char32_t> Shorten(std::vector<char32_t> characters, size_t most) {
  if (characters.size() > most) {
    // The end of a name says as much as its start.
    const size_t end = most / 2;
    const size_t start = most - end - 1;
    characters[start] = kEllipsis;
    characters.erase(characters.begin() + static_cast<int64_t>(start) + 1,
                     characters.end() - static_cast<int64_t>(end));
  }
  return characters;
}

std::string HtmlOf(const std::vector<char32_t>& characters) {
  std::string html;
  for (const char32_t c : characters) AppendHtml(c, &html);
  return html;
}

std::string ShortHtml(std::string_view text, size_t most) {
  return HtmlOf(Shorten(Characters(text), most));
}

}  // namespace

std::string Html(std::string_view text) { return HtmlOf(Characters(text)); }

std::string VisibleName(std::string_view name, size_t most) {
  std::string text;
  for (const char32_t c : Shorten(Characters(name), most)) {
    AppendVisible(c, &text);
  }
  return text;
}

std::string HtmlName(std::string_view name, size_t most) {
  return fmt::format("<bdi>{}</bdi>", ShortHtml(name, most));
}

std::string SvgName(std::string_view name, size_t most) {
  std::string text;
  AppendUtf8(kIsolate, &text);
  text += ShortHtml(name, most);
  AppendUtf8(kIsolateEnd, &text);
  return text;
}

std::string ScriptJson(const Json& value) {
  const std::string json =
      value.dump(-1, ' ', true, Json::error_handler_t::replace);
  std::string text;
  for (const char c : json) {
    if (c == '<' || c == '>' || c == '&') {
      text += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      text += c;
    }
  }
  return text;
}

std::string Px(int64_t tenths) {
  if (tenths % 10 == 0) return fmt::format("{}", tenths / 10);
  const int64_t size = tenths < 0 ? -tenths : tenths;
  return fmt::format("{}{}.{}", tenths < 0 ? "-" : "", size / 10, size % 10);
}

std::string PolicyHash(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest = {};
  unsigned int length = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(),
                 nullptr) != 1) {
    throw std::logic_error("SHA-256 failed");
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE* 2> base64 = {};
  const int size =
      EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(length));
  return fmt::format("'sha256-{}'",
                     std::string_view(reinterpret_cast<char*>(base64.data()),
                                      static_cast<size_t>(size)));
}

}  // namespace dnncut
