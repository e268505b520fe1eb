// SPDX-License-Identifier: Apache-2.0
//
// Writes the files of a result. When the disk is full or refuses, all functions
// here throw the same clear Error (E605, exit code kIo).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/base/file_descriptor.h"

namespace dnncut {

// A file that is being written, front to back or at offsets.
class OutputFile {
 public:
  // Creates it; it must not exist.
  explicit OutputFile(const std::string& path);

  const std::string& path() const { return path_; }
  int64_t size() const { return size_; }  // where the next byte goes

  void Append(std::string_view bytes);
  // What lies between the end of the file and `offset` becomes zeros.
  void SkipTo(int64_t offset);
  // Appends `bytes` bytes at `offset` of the open file `source`, in the kernel
  // where it can. False: `source` ends before.
  bool AppendFrom(int source, int64_t offset, int64_t bytes);

 private:
  // One step of AppendFrom; the bytes copied, 0 at the end of `source`.
  int64_t CopySome(int source, int64_t offset, int64_t bytes);
  void StartWriteback();

  std::string path_;
  UniqueFd file_;
  int64_t size_ = 0;
  int64_t handed_to_disk_ = 0;
  bool copies_in_kernel_ = true;
  std::string buffer_;  // of copies that the kernel cannot make
};

// Creates `path` with this content.
void WriteFile(const std::string& path, std::string_view content);

// Creates the folder `path` unless it is there.
void MakeFolder(const std::string& path);

// Makes every file and folder below `folder`, and itself, durable.
void SyncFolder(const std::string& folder);

}  // namespace dnncut
