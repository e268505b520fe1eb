// SPDX-License-Identifier: Apache-2.0
#include "compiler/files/pending_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/backends/temp_folder.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using Files = std::map<std::string, std::string>;

TEST(PendingFile, AppearsWhenItIsCommitted) {
  const TempFolder folder;
  {
    PendingFile file(folder / "f", /*overwrite=*/false);
    file.Write("ab");
    file.Write("c");
    EXPECT_EQ(file.size(), 3);
    file.Close();
    EXPECT_FALSE(std::filesystem::exists(folder / "f"));
    file.Commit();
  }
  EXPECT_EQ(Snapshot(folder.path()), (Files{{"f", "abc"}}));
}

TEST(PendingFile, LeavesNothingUnlessItIsCommitted) {
  const TempFolder folder;
  WriteAll(folder / "f", "old");
  {
    PendingFile file(folder / "f", /*overwrite=*/true);
    file.Write("new");
    file.Close();
  }
  EXPECT_EQ(Snapshot(folder.path()), (Files{{"f", "old"}}));
}

TEST(PendingFile, ReplacesAFileOnlyWhenItMay) {
  const TempFolder folder;
  WriteAll(folder / "f", "old");
  EXPECT_EQ(ErrorIdOf([&] { PendingFile(folder / "f", false); }), "E112");
  EXPECT_EQ(ErrorIdOf([&] { PendingFile(folder.path(), true); }), "E112");
  EXPECT_EQ(ErrorIdOf([&] { PendingFile(folder / "none/f", true); }), "E113");
  PendingFile file(folder / "f", true);
  file.Write("new");
  file.Close();
  file.Commit();
  EXPECT_EQ(Snapshot(folder.path()), (Files{{"f", "new"}}));
}

TEST(PendingFile, FollowsLinks) {
  const TempFolder folder;
  WriteAll(folder / "real", "old");
  std::filesystem::create_symlink("real", folder / "link");
  PendingFile file(folder / "link", true);
  file.Write("new");
  file.Close();
  file.Commit();
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(ReadAll(folder / "real"), "new");
}

TEST(PendingFile, LeavesALinkToNothingAlone) {
  const TempFolder folder;
  std::filesystem::create_symlink("nothing", folder / "link");
  for (const bool overwrite : {false, true}) {
    EXPECT_EQ(ErrorIdOf([&] { PendingFile(folder / "link", overwrite); }),
              "E112");
  }
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
}

TEST(PendingFile, IsNoInputUnderAnyName) {
  const TempFolder folder;
  WriteAll(folder / "model", "m");
  std::filesystem::create_symlink("model", folder / "link");
  const auto open = [&](const std::string& name) {
    PendingFile file(folder / name, true, {folder / "model"});
  };
  EXPECT_EQ(ErrorIdOf([&] { open("model"); }), "E603");
  EXPECT_EQ(ErrorIdOf([&] { open("./link"); }), "E603");
  EXPECT_EQ(ReadAll(folder / "model"), "m");
}

}  // namespace
}  // namespace dnncut
