// SPDX-License-Identifier: Apache-2.0
#include "compiler/files/scratch_folder.h"

#include <stdlib.h>

#include <cerrno>

#include "compiler/base/errno_text.h"
#include "compiler/base/error.h"

namespace dnncut {

namespace fs = std::filesystem;

ScratchFolder::ScratchFolder() {
  std::error_code error;
  fs::path base = fs::temp_directory_path(error);
  if (error) base = "/tmp";
  std::string pattern = (base / "dnncut-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    Fail(ExitCode::kIo, "E705", "cannot make a temporary folder in {}: {}",
         base.string(), ErrnoText(errno));
  }
  path_ = pattern;
}

void ScratchFolder::Fill(const std::function<void()>& write) const {
  try {
    write();
  } catch (const Error& error) {
    if (error.id() != "E605") throw;
    FailFull();
  }
}

bool ScratchFolder::HasNoRoomForMore() const {
  std::error_code error;
  uintmax_t bytes = 0;
  for (fs::directory_iterator it(path_, error), end; !error && it != end;
       it.increment(error)) {
    const uintmax_t size = it->file_size(error);
    if (!error) bytes += size;
  }
  const fs::space_info space = fs::space(path_, error);
  return !error && space.available < bytes;
}

void ScratchFolder::FailFull() const {
  Fail(ExitCode::kIo, "E705",
       "there is no room for a temporary copy of the model in {}; free some, "
       "or name another folder: TMPDIR=FOLDER",
       path_.parent_path().string());
}

ScratchFolder::~ScratchFolder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

}  // namespace dnncut
