// SPDX-License-Identifier: Apache-2.0
#include "compiler/system_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace dnncut {

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) close(fd_);
}

std::string SystemErrorText(int error_number) {
  const char* text = strerrordesc_np(error_number);
  return text != nullptr ? text : fmt::format("system error {}", error_number);
}

std::string WhyNotRegular(unsigned mode) {
  if (S_ISREG(mode)) return "";
  if (S_ISDIR(mode)) return "is a folder";
  if (S_ISFIFO(mode)) return "is a named pipe";
  if (S_ISSOCK(mode)) return "is a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "is a device file";
  return "is no regular file";
}

std::optional<FileIdentity> IdentityOf(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity(status.st_dev, status.st_ino);
}

bool IsOneOf(const std::string& path, const std::vector<std::string>& others) {
  const auto identity = IdentityOf(path);
  if (!identity) return false;
  return std::any_of(others.begin(), others.end(), [&](const auto& other) {
    return IdentityOf(other) == identity;
  });
}

}  // namespace dnncut
