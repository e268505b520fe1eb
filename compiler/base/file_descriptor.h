// SPDX-License-Identifier: Apache-2.0
//
// Open file descriptors: who closes them, and writing to them until all is
// written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace dnncut {

// An open file descriptor that closes itself.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    UniqueFd old(Release());
    fd_ = other.Release();
    return *this;
  }
  ~UniqueFd();

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }
  void Close() { *this = UniqueFd(); }

 private:
  int fd_ = -1;
};

// Writes `bytes` at `offset`, or where the descriptor stands. Short and
// interrupted writes go on where they stopped. Returns how many bytes arrived:
// fewer than all of them sets errno.
size_t WriteAll(int fd, std::string_view bytes,
                std::optional<int64_t> offset = std::nullopt);

}  // namespace dnncut
