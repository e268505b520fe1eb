// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/model_seeds.h"

#include <algorithm>
#include <filesystem>

#include "tests/backends/temp_folder.h"
#include "tests/backends/test_models.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTestData = "/usr/share/libonnx-testdata/data";
constexpr size_t kMaxSeedBytes = 8 << 10;

std::vector<fs::path> SmallModels(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code none;  // the folder may be missing
  for (const auto& entry : fs::recursive_directory_iterator(folder, none)) {
    if (entry.path().extension() == ".onnx" && entry.is_regular_file() &&
        entry.file_size() <= kMaxSeedBytes) {
      paths.push_back(entry.path());
    }
  }
  // The order of a folder is any.
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

std::vector<std::string> ModelSeeds() {
  std::vector<std::string> seeds;
  for (const TestModel& model : AllTestModels()) {
    seeds.push_back(model.proto.SerializeAsString());
  }
  for (const fs::path& path : SmallModels(kTestData)) {
    seeds.push_back(ReadAll(path));
  }
  return seeds;
}

}  // namespace dnncut
