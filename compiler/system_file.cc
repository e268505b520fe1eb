// SPDX-License-Identifier: Apache-2.0
#include "compiler/system_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

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

}  // namespace dnncut
