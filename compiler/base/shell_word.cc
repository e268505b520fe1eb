// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/shell_word.h"

#include <fmt/format.h>

namespace dnncut {

std::string ShellWord(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
      "@%+=:,./_-";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) {
    return text;
  }
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

std::string ShellFlag(std::string_view flag, const std::string& value) {
  const char separator = value.starts_with('-') ? '=' : ' ';
  return fmt::format("{}{}{}", flag, separator, ShellWord(value));
}

}  // namespace dnncut
