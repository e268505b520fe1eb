// SPDX-License-Identifier: Apache-2.0
//
// A file that appears under its name complete or not at all. Every single file
// that a command writes under a name from the user is made this way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/base/file_descriptor.h"
#include "compiler/base/interrupt.h"

namespace dnncut {

class PendingFile {
 public:
  // Opens a temporary file beside `path`, or beside what a link there leads to.
  // Throws E112 when something is at `path` that must stay, E113 when the file
  // cannot be made, E603 when `path` is one of `inputs`, maybe under another
  // name.
  PendingFile(const std::string& path, bool overwrite,
              const std::vector<std::string>& inputs = {});
  // Removes what was not committed.
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  // Throws E113, on a full disk for example; TimeIsUp or Interrupted.
  void Write(const void* data, size_t size);
  void Write(const std::string& data) { Write(data.data(), data.size()); }

  int64_t size() const { return size_; }

  // All bytes have left the program. Throws E113.
  void Close();
  // Gives the closed file its name.
  void Commit();

 private:
  [[noreturn]] void FailWith(int error_number) const;

  InterruptGuard guard_;  // first, so that it ends when the file is gone
  std::string path_;      // as the user gave it
  std::string target_;    // the same, links followed
  std::string temporary_;
  UniqueFd file_;
  int64_t size_ = 0;
  bool committed_ = false;
};

// Writes `path`, or leaves it as it was. Throws Error as PendingFile does,
// which says what `inputs` are.
void WriteWhole(const std::string& path, const std::string& text,
                bool overwrite = true,
                const std::vector<std::string>& inputs = {});

}  // namespace dnncut
