// SPDX-License-Identifier: Apache-2.0
//
// The model file, read piece by piece. LoadModel opens it; the wire reader
// walks over it. What nobody asks for is never read, and only one block is
// held, so that memory does not grow with the file. It is not mapped: a file
// that somebody truncates, or a disk that fails, would end the program with a
// signal instead of an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

  // Sha256 of the bytes that were read, all of one version of the file. From
  // now on every write to the file shows in its state. Throws E607 as well.
  std::string Finish();

 private:
  // As much as `buffer` takes and the file has.
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
