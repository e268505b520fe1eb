// SPDX-License-Identifier: Apache-2.0
#include "tests/folders.h"

namespace dnncut {

std::filesystem::path SourceFolder() { return DNNCUT_SOURCE_FOLDER; }

std::filesystem::path BuildFolder() { return DNNCUT_BUILD_FOLDER; }

std::filesystem::path BuiltProgram() { return BuildFolder() / "bin/dnncut"; }

}  // namespace dnncut
