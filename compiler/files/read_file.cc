// SPDX-License-Identifier: Apache-2.0
#include "compiler/files/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "compiler/base/errno_text.h"
#include "compiler/base/error.h"
#include "compiler/base/file_descriptor.h"
#include "compiler/files/system_file.h"

namespace dnncut {
namespace {

[[noreturn]] void FailToRead(const std::string& path, const FileKind& kind,
                             std::string_view why) {
  Fail(ExitCode::kIo, kind.unreadable, "cannot read {}: {}", path, why);
}

int64_t SizeOf(const UniqueFd& file, const std::string& path,
               const FileKind& kind) {
  struct stat status = {};
  if (fstat(file.get(), &status) != 0) {
    FailToRead(path, kind, ErrnoText(errno));
  }
  if (const std::string why = WhyNotRegular(status.st_mode); !why.empty()) {
    FailToRead(path, kind, fmt::format("it {}", why));
  }
  const int64_t bytes = status.st_size;
  if (bytes > kind.max_bytes) {
    Fail(ExitCode::kBadInput, kind.too_large,
         "{}: is {} bytes, more than the {} that dnncut reads as {}", path,
         bytes, kind.max_bytes, kind.name);
  }
  return bytes;
}

}  // namespace

std::string ReadFile(const std::string& path, const FileKind& kind) {
  const UniqueFd file(
      open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!file.is_open()) FailToRead(path, kind, ErrnoText(errno));
  std::string bytes(static_cast<size_t>(SizeOf(file, path, kind)), '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count =
        read(file.get(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) FailToRead(path, kind, ErrnoText(errno));
    if (count == 0) {
      FailToRead(path, kind, "it became shorter while it was read");
    }
    done += static_cast<size_t>(count);
  }
  return bytes;
}

}  // namespace dnncut
