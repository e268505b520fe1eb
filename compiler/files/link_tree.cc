// SPDX-License-Identifier: Apache-2.0
#include "compiler/files/link_tree.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "compiler/base/errno_text.h"
#include "compiler/base/error.h"
#include "compiler/base/file_descriptor.h"
#include "compiler/base/interrupt.h"
#include "compiler/files/file_io.h"
#include "compiler/files/system_file.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void FailToCarry(const fs::path& from, const std::string& why) {
  Fail(ExitCode::kIo, "E605", "cannot carry over '{}': {}", from.string(), why);
}

void CopyFile(const fs::path& from, const fs::path& to) {
  const UniqueFd file(
      open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  const auto state = file.is_open() ? StateOf(file.get()) : std::nullopt;
  if (!state) FailToCarry(from, ErrnoText(errno));
  OutputFile copy(to.string());
  if (!copy.AppendFrom(file.get(), 0, state->size_bytes)) {
    FailToCarry(from, "it has changed while it was read");
  }
}

void LinkFile(const fs::path& from, const fs::path& to) {
  if (link(from.c_str(), to.c_str()) == 0) return;
  // The disk has no room for another name, and none for a copy.
  if (errno == ENOSPC || errno == EDQUOT) FailToCarry(from, ErrnoText(errno));
  CopyFile(from, to);
}

}  // namespace

void LinkTree(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::recursive_directory_iterator it(from, error);
  for (const fs::recursive_directory_iterator end; !error && it != end;
       it.increment(error)) {
    ThrowIfInterrupted();
    const fs::path& path = it->path();
    const fs::path target = fs::path(to) / path.lexically_relative(from);
    const fs::file_status status = it->symlink_status(error);
    if (error) break;
    switch (status.type()) {
      case fs::file_type::directory:
        MakeFolder(target.string());
        break;
      case fs::file_type::symlink:
        fs::copy_symlink(path, target, error);
        if (error) FailToCarry(path, ErrnoText(error.value()));
        break;
      case fs::file_type::regular:
        LinkFile(path, target);
        break;
      default:
        FailToCarry(path, "it is neither file nor folder; move it away");
    }
  }
  if (error) FailToCarry(from, ErrnoText(error.value()));
}

}  // namespace dnncut
