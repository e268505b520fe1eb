// SPDX-License-Identifier: Apache-2.0
//
// Opening files that a user or a model named, without surprises: never
// blocking, regular files only. For frontends/ and the weights.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dnncut {

// An open file descriptor that closes itself.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd();

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// What an errno says, in words, the same in every locale.
std::string SystemErrorText(int error_number);

// "" for a regular file, else what it is: "is a folder", "is a named pipe".
std::string WhyNotRegular(unsigned mode);

// Which file it is, whatever its name.
using FileIdentity = std::pair<dev_t, ino_t>;

// Of what the path leads to, links included; nullopt when there is nothing.
std::optional<FileIdentity> IdentityOf(const std::string& path);

// Is `path`, maybe under another name, one of `others`?
bool IsOneOf(const std::string& path, const std::vector<std::string>& others);

}  // namespace dnncut
