// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/shell_word.h"

#include <fmt/format.h>

#include <optional>

#include "compiler/base/utf8.h"

namespace dnncut {

namespace {

// A file name may hold bytes that are no character, and characters that are not
// seen: in a command that is printed or stored as JSON they would be lost.
bool NeedsEscapes(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const std::optional<char32_t> c = TakeCharacter(text, &at);
    if (!c || IsHidden(*c)) return true;
  }
  return false;
}

// $'...', which bash, zsh and POSIX of 2024 know.
std::string EscapedWord(std::string_view text) {
  std::string word = "$'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') {
      word += fmt::format("\\{}", c);
    } else if (c >= ' ' && c <= '~') {
      word += c;
    } else {
      word += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return fmt::format("{}'", word);
}

}  // namespace

std::string ShellWord(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
      "@%+=:,./_-";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) {
    return text;
  }
  if (NeedsEscapes(text)) return EscapedWord(text);
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word += c;
    }
  }
  return word + "'";
}

std::string ShellFile(const std::string& name) {
  return ShellWord(name.starts_with('-') ? fmt::format("./{}", name) : name);
}

std::string ShellFlag(std::string_view flag, const std::string& value) {
  const char separator = value.starts_with('-') ? '=' : ' ';
  return fmt::format("{}{}{}", flag, separator, ShellWord(value));
}

}  // namespace dnncut
