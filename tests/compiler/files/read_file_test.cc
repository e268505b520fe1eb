// SPDX-License-Identifier: Apache-2.0
#include "compiler/files/read_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "tests/backends/temp_folder.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

constexpr FileKind kKind = {"note", 4, "E400", "E402"};

TEST(ReadFile, ReadsUpToItsLimit) {
  const TempFolder folder;
  WriteAll(folder / "f", std::string("a\0b\n", 4));
  EXPECT_EQ(ReadFile(folder / "f", kKind), std::string("a\0b\n", 4));
  WriteAll(folder / "f", "");
  EXPECT_EQ(ReadFile(folder / "f", kKind), "");
  WriteAll(folder / "f", "12345");
  EXPECT_EQ(ErrorIdOf([&] { ReadFile(folder / "f", kKind); }), "E402");
}

TEST(ReadFile, RefusesWhatIsNoFileAndNeverBlocks) {
  const TempFolder folder;
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  for (const std::string& path : {folder / "none", folder / "pipe",
                                  folder.path(), std::string("/dev/zero")}) {
    EXPECT_EQ(ErrorIdOf([&] { ReadFile(path, kKind); }), "E400") << path;
  }
}

}  // namespace
}  // namespace dnncut
