// SPDX-License-Identifier: Apache-2.0
#include "tools/text/shell_words.h"

#include "tools/text/replace_all.h"

namespace dnncut {

std::string ShellWord(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
      "@%+=:,./_-";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) {
    return text;
  }
  std::string word = text;
  ReplaceAll("'", "'\\''", &word);
  return fmt::format("'{}'", word);
}

}  // namespace dnncut
