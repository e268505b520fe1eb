// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/file_descriptor.h"

#include <unistd.h>

#include <cerrno>

namespace dnncut {

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) close(fd_);
}

size_t WriteAll(int fd, std::string_view bytes, std::optional<int64_t> offset) {
  size_t done = 0;
  while (done < bytes.size()) {
    const char* next = bytes.data() + done;
    const size_t left = bytes.size() - done;
    const ssize_t written =
        offset ? pwrite(fd, next, left, *offset + static_cast<int64_t>(done))
               : write(fd, next, left);
    if (written < 0 && errno == EINTR) continue;
    // POSIX has no error for a write that does nothing.
    if (written == 0) errno = ENOSPC;
    if (written <= 0) break;
    done += static_cast<size_t>(written);
  }
  return done;
}

}  // namespace dnncut
