// SPDX-License-Identifier: Apache-2.0
//
// The model file, read piece by piece. Only the parts that are asked for are
// read, and only one block is held, so memory does not grow with the file. The
// file is not mapped into memory: if somebody truncated it then, or the disk
// failed, a signal would end the program instead of an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/file_descriptor.h"
#include "compiler/files/system_file.h"

namespace dnncut {

class ModelFile {
 public:
  // The most that View gives at once.
  static constexpr int64_t kBlockBytes = int64_t{16} << 10;

  // Throws Error: E201 (missing, unreadable, no regular file; exit code kIo),
  // E205 (larger than protobuf can read).
  explicit ModelFile(const std::string& path);

  int64_t size() const { return state_.size_bytes; }
  const FileState& state() const { return state_; }

  // `bytes` bytes at `offset`, at most kBlockBytes and all inside the file;
  // good until the next call. This and all that follow throw Error: E201 (the
  // disk fails), E607 (the file has become shorter).
  std::string_view View(int64_t offset, int64_t bytes) const;

  void AppendTo(std::string* text, int64_t offset, int64_t bytes) const;

  // Lower-case hex. Reads the file from front to back.
  std::string Sha256() const;

  // Throws Error E607 unless the file is as it was when it was opened.
  void CheckUnchanged() const;

  // The SHA-256 of the file, whose bytes all are of one version of it. From now
  // on every write to the file shows in its state. Throws E607 as well.
  std::string Finish();

 private:
  // Fills `buffer`, as far as the file has that many bytes.
  int64_t ReadAt(int64_t offset, std::vector<char>* buffer) const;

  UniqueFd fd_;
  FileState state_;
  std::string first_sha256_;  // of a file that was fresh when it was opened
  mutable std::vector<char> block_;
  mutable int64_t block_begin_ = 0;
  mutable int64_t block_end_ = 0;
};

// Throws Error E202, saying what the file probably is, when its first bytes
// show that it is no ONNX model.
void CheckLooksLikeOnnx(std::string_view bytes);

}  // namespace dnncut
