// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/errno_text.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace dnncut {

std::string ErrnoText(int error_number) {
  switch (error_number) {
    case ENOSPC:
      return "the disk is full";
    case EDQUOT:
      return "the disk quota is used up";
    case EROFS:
      return "the file system is read-only";
    case EACCES:
    case EPERM:
      return "permission denied";
    case EFBIG:
      return "the file would be too large";
    default:
      break;
  }
  const char* text = strerrordesc_np(error_number);
  return text != nullptr ? text : fmt::format("system error {}", error_number);
}

}  // namespace dnncut
