// SPDX-License-Identifier: Apache-2.0
#include "backends/report/report_text.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "compiler/base/utf8.h"

namespace dnncut {
namespace {

constexpr char32_t kReplacement = 0xfffd;
constexpr char32_t kEllipsis = 0x2026;
constexpr char32_t kIsolate = 0x2068;  // first strong isolate
constexpr char32_t kIsolateEnd = 0x2069;

std::vector<char32_t> Characters(std::string_view text) {
  std::vector<char32_t> characters;
  for (size_t at = 0; at < text.size();) {
    characters.push_back(TakeCharacter(text, &at).value_or(kReplacement));
  }
  return characters;
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
    // The middle is left out, because the end of a name says as much as its
    // start.
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
