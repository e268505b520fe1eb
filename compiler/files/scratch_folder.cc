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

ScratchFolder::~ScratchFolder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

}  // namespace dnncut
