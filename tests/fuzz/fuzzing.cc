// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzzing.h"

#include <stdlib.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace dnncut {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    path_ = (Parent() / "dnncut-fuzz-XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr) Finding("no folder for files");
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::string& path() const { return path_; }

 private:
  static fs::path Parent() {
    const fs::path memory = "/dev/shm";
    std::error_code ignored;
    const bool is_told = std::getenv("TMPDIR") != nullptr;
    return is_told || !fs::is_directory(memory, ignored)
               ? fs::temp_directory_path()
               : memory;
  }

  std::string path_;
};

}  // namespace

void Finding(std::string_view what) {
  std::fprintf(stderr, "finding: %.*s\n", static_cast<int>(what.size()),
               what.data());
  std::fflush(stderr);
  std::abort();
}

const std::string& FuzzFolder() {
  static const Folder folder;
  return folder.path();
}

void WriteFuzzFile(const std::string& path, std::string_view content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!file.flush()) Finding("cannot write " + path);
}

size_t StoreMutated(std::string_view text, uint8_t* data, size_t size,
                    size_t max_size) {
  if (text.empty() || text.size() > max_size) return size;
  std::copy(text.begin(), text.end(), data);
  return text.size();
}

uint64_t HashOf(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  }
  return hash;
}

}  // namespace dnncut
