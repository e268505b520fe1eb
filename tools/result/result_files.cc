// SPDX-License-Identifier: Apache-2.0
#include "tools/result/result_files.h"

#include <algorithm>
#include <filesystem>

#include "backends/halves/weights_file.h"
#include "compiler/problem/side.h"

namespace dnncut {

namespace fs = std::filesystem;

std::vector<std::string> FilesOfResult(const std::string& folder) {
  std::vector<std::string> files;
  for (const char* name :
       {"table.json", "problem.json", "splitting_model.json", "report.html"}) {
    files.push_back((fs::path(folder) / name).string());
  }
  for (const char* name : {"device", "server", "firmware"}) {
    std::error_code error;
    for (fs::directory_iterator at(fs::path(folder) / name, error), end;
         !error && at != end; at.increment(error)) {
      files.push_back(at->path().string());
    }
  }
  return files;
}

bool HasWeightsFile(const std::string& folder) {
  return std::ranges::any_of(kSides, [&](Side side) {
    std::error_code ignored;
    return fs::exists(fs::path(folder) / SideName(side) / kWeightsFile,
                      ignored);
  });
}

}  // namespace dnncut
