// SPDX-License-Identifier: Apache-2.0
#include "tools/text/file_names.h"

#include <filesystem>

#include "tools/text/replace_all.h"

namespace dnncut {

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
