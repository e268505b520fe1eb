// SPDX-License-Identifier: Apache-2.0
#include "tools/text/shell_words.h"

#include <filesystem>

namespace dnncut {
namespace {

void ReplaceAll(const std::string& what, const std::string& with,
                std::string* text) {
  for (size_t at = text->find(what); at != std::string::npos;
       at = text->find(what, at + with.size())) {
    text->replace(at, what.size(), with);
  }
}

}  // namespace

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
