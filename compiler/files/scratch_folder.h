// SPDX-License-Identifier: Apache-2.0
//
// A temporary folder, for copies of models that are given to ONNX Runtime.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "compiler/base/interrupt.h"

namespace dnncut {

// A private folder that is gone when this is.
class ScratchFolder {
 public:
  // Throws Error E705.
  ScratchFolder();

  // Calls `write`, which fills the folder. When the disk is full it throws E705
  // instead of E605: the user need not know of the folder, but that $TMPDIR can
  // name another.
  void Fill(const std::function<void()>& write) const;
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  // Is there less room beside its files than they take themselves?
  bool HasNoRoomForMore() const;
  // Throws that E705.
  [[noreturn]] void FailFull() const;

  std::string path() const { return path_.string(); }
  std::string File(std::string_view name) const {
    return (path_ / name).string();
  }

 private:
  InterruptGuard guard_;  // first, so that it ends when the folder is gone
  std::filesystem::path path_;
};

}  // namespace dnncut
