// SPDX-License-Identifier: Apache-2.0
#include "compiler/files/scratch_folder.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "tests/backends/temp_folder.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

TEST(ScratchFolder, IsPrivateAndGoneAtTheEnd) {
  std::string path;
  {
    const ScratchFolder folder;
    path = folder.path();
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
    fs::create_directory(folder.File("inner"));
    WriteAll(folder.File("inner/f"), "x");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(ScratchFolder, IsInTmpWhenTMPDIRLeadsNowhere) {
  const char* before = getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  setenv("TMPDIR", "/nonexistent", 1);
  EXPECT_EQ(fs::path(ScratchFolder().path()).parent_path(), "/tmp");
  before == nullptr ? unsetenv("TMPDIR") : setenv("TMPDIR", kept.c_str(), 1);
}

}  // namespace
}  // namespace dnncut
