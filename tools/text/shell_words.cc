// SPDX-License-Identifier: Apache-2.0
#include "tools/text/shell_words.h"

#include <filesystem>

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

std::string FileName(const std::string& path) {
  const std::filesystem::path file(path);
  // "data/" ends with an empty name.
  return (file.has_filename() ? file : file.parent_path()).filename().string();
}

Warnings WithoutFolders(Warnings warnings,
                        const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (path.find('/') == std::string::npos) continue;
    for (Warning& warning : warnings) {
      ReplaceAll(path, FileName(path), &warning.text);
    }
  }
  return warnings;
}

}  // namespace dnncut
