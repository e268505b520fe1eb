// SPDX-License-Identifier: Apache-2.0
//
// The model file, mapped into memory. LoadModel opens it; the wire reader walks
// over it. Pages that nobody touches are never read, and Release gives back
// those that were, so that memory does not grow with the file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/system_file.h"

namespace dnncut {

class ModelFile {
 public:
  // Throws Error: E201 (missing, unreadable, no regular file; exit code kIo),
  // E205 (larger than protobuf can read).
  explicit ModelFile(const std::string& path);
  ~ModelFile();
  ModelFile(const ModelFile&) = delete;
  ModelFile& operator=(const ModelFile&) = delete;

  std::string_view bytes() const { return {data_, size_}; }

  // Tells that the bytes before `offset` are done with for now. Cheap; may be
  // called often, with growing offsets.
  void Release(int64_t offset) const;

  // Lower-case hex. Reads the file from front to back.
  std::string Sha256() const;

 private:
  UniqueFd fd_;
  const char* data_ = nullptr;
  size_t size_ = 0;
  mutable int64_t released_ = 0;
};

// Throws Error E202, saying what the file probably is, when its first bytes
// show that it is no ONNX model.
void CheckLooksLikeOnnx(std::string_view bytes);

}  // namespace dnncut
