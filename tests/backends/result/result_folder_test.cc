// SPDX-License-Identifier: Apache-2.0
#include "backends/result/result_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>  // IWYU pragma: keep, iwyu prefers <syscall.h>
#include <utime.h>

#include "compiler/files/file_io.h"
#include "tests/backends/temp_folder.h"
#include "tests/no_system_call.h"
#include "tests/testing.h"
#include "tests/without_root.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::Pair;

constexpr const char* kOurTable = R"({"schema": "dnncut.table/1"})";

void WriteResultTo(const std::string& out, bool force,
                   const std::string& content,
                   const std::vector<std::string>& inputs = {}) {
  ResultFolder folder(out, force, inputs);
  fs::create_directory(folder.path() + "/device");
  WriteAll(folder.path() + "/device/cut0.onnx", content);
  WriteAll(folder.path() + "/table.json", kOurTable);
  folder.Commit();
}

TEST(ResultFolder, AppearsWholeAndLeavesNothingElse) {
  TempFolder temp;
  for (const std::string out : {"a", "b/", "./c/../d"}) {
    if (out == "./c/../d") fs::create_directory(temp / "c");
    WriteResultTo(temp / out, false, "new");
  }
  fs::remove(temp / "c");
  for (const std::string out : {"a", "b", "d"}) {
    EXPECT_THAT(
        Snapshot(temp / out),
        ElementsAre(Pair("device/", ""), Pair("device/cut0.onnx", "new"),
                    Pair("table.json", kOurTable)));
  }
  EXPECT_EQ(Snapshot(temp.path()).size(), 3 * 4u);
}

TEST(ResultFolder, WithoutCommitNothingIsThere) {
  TempFolder temp;
  {
    ResultFolder folder(temp / "out", false, {});
    WriteAll(folder.path() + "/x", "x");
    EXPECT_FALSE(fs::exists(temp / "out"));
  }
  EXPECT_TRUE(Snapshot(temp.path()).empty());
}

TEST(ResultFolder, TakesAnEmptyFolder) {
  TempFolder temp;
  fs::create_directory(temp / "out");
  WriteResultTo(temp / "out", false, "new");
  EXPECT_EQ(ReadAll(temp / "out/device/cut0.onnx"), "new");
  EXPECT_EQ(Snapshot(temp.path()).size(), 4u);
}

TEST(ResultFolder, ReplacesAnOlderResultOnlyWithForce) {
  TempFolder temp;
  WriteResultTo(temp / "out", false, "old");
  WriteAll(temp / "out/left-over", "x");
  const auto before = Snapshot(temp.path());
  EXPECT_EQ(ErrorIdOf([&] { WriteResultTo(temp / "out", false, "new"); }),
            "E602");
  EXPECT_EQ(Snapshot(temp.path()), before);
  WriteResultTo(temp / "out", true, "new");
  EXPECT_EQ(ReadAll(temp / "out/device/cut0.onnx"), "new");
  EXPECT_FALSE(fs::exists(temp / "out/left-over"));
  EXPECT_EQ(Snapshot(temp.path()).size(), 4u);
}

// On file systems that cannot exchange two folders.
TEST(ResultFolder, ReplacesAnOlderResultInTwoSteps) {
  TempFolder temp;
  WriteResultTo(temp / "out", false, "old");
  ExpectWithoutSystemCall(SYS_renameat2, [&] {
    WriteResultTo(temp / "out", true, "new");
    WriteResultTo(temp / "other", false, "first");
    return 0;
  });
  if (IsSkipped()) return;
  EXPECT_EQ(ReadAll(temp / "out/device/cut0.onnx"), "new");
  EXPECT_EQ(ReadAll(temp / "other/device/cut0.onnx"), "first");
  EXPECT_EQ(Snapshot(temp.path()).size(), 2 * 4u);
}

TEST(ResultFolder, AFailureLeavesTheOldResult) {
  TempFolder temp;
  WriteResultTo(temp / "out", false, "old");
  const auto before = Snapshot(temp.path());
  EXPECT_EQ(ErrorIdOf([&] {
              ResultFolder folder(temp / "out", true, {});
              WriteFile(folder.path() + "/table.json", "half");
              WriteFile(folder.path() + "/table.json", "exists already");
            }),
            "E605");
  EXPECT_EQ(Snapshot(temp.path()), before);
}

TEST(ResultFolder, RefusesWhatIsNotOurs) {
  TempFolder temp;
  fs::create_directory(temp / "out");
  WriteAll(temp / "out/thesis.tex", "years of work");
  WriteAll(temp / "file", "x");
  const auto before = Snapshot(temp.path());
  for (const std::string name : {"out", "file"}) {
    for (const bool force : {false, true}) {
      EXPECT_EQ(ErrorIdOf([&] { WriteResultTo(temp / name, force, "new"); }),
                "E604")
          << name;
    }
  }
  for (const std::string table : {"", "{", "[1]", R"({"schema": 1})",
                                  R"({"schema": "dnncut.tablet/1"})"}) {
    WriteAll(temp / "out/table.json", table);
    EXPECT_EQ(ErrorIdOf([&] { WriteResultTo(temp / "out", true, "new"); }),
              "E604")
        << table;
  }
  fs::remove(temp / "out/table.json");
  EXPECT_EQ(Snapshot(temp.path()), before);
}

TEST(ResultFolder, NeverReplacesAnInput) {
  TempFolder temp;
  WriteResultTo(temp / "out", false, "old");
  const std::string model = temp / "out/device/cut0.onnx";
  fs::create_symlink(model, temp / "link.onnx");
  fs::create_hard_link(model, temp / "hard.onnx");
  for (const std::string& input :
       {model, temp / "link.onnx", temp / "hard.onnx"}) {
    EXPECT_EQ(
        ErrorIdOf([&] { WriteResultTo(temp / "out", true, "new", {input}); }),
        "E603")
        << input;
  }
  EXPECT_EQ(ErrorIdOf([&] { WriteResultTo(model, true, "new", {model}); }),
            "E603");
  EXPECT_EQ(ReadAll(model), "old");
}

TEST(ResultFolder, SaysWhereItCannotBe) {
  TempFolder temp;
  EXPECT_EQ(ErrorIdOf([&] { ResultFolder(temp / "no/out", false, {}); }),
            "E601");
  EXPECT_EQ(ErrorIdOf([&] { ResultFolder("", false, {}); }), "E601");
  EXPECT_EQ(ErrorIdOf([&] { ResultFolder("/", true, {}); }), "E601");
  fs::create_symlink(temp / "nowhere", temp / "dangling");
  EXPECT_EQ(ErrorIdOf([&] { ResultFolder(temp / "dangling", true, {}); }),
            "E601");
  ASSERT_EQ(chmod(temp.path().c_str(), 0755), 0);
  fs::create_directory(temp / "locked");
  ASSERT_EQ(chmod((temp / "locked").c_str(), 0555), 0);
  const WithoutRoot without_root;
  EXPECT_EQ(ErrorIdOf([&] { ResultFolder(temp / "locked/out", true, {}); }),
            "E601");
}

TEST(ResultFolder, FollowsALinkToAnOlderResult) {
  TempFolder temp;
  WriteResultTo(temp / "real", false, "old");
  fs::create_symlink(temp / "real", temp / "link");
  WriteResultTo(temp / "link", true, "new");
  EXPECT_TRUE(fs::is_symlink(temp / "link"));
  EXPECT_EQ(ReadAll(temp / "real/device/cut0.onnx"), "new");
}

TEST(ResultFolder, GoesUpWhereTheLinkLeads) {
  TempFolder temp;
  fs::create_directories(temp / "there/deep");
  fs::create_directory(temp / "here");
  fs::create_symlink("../there/deep", temp / "here/link");
  WriteResultTo(temp / "here/link/../out/.", false, "new");
  EXPECT_TRUE(fs::exists(temp / "there/out/table.json"));
  EXPECT_FALSE(fs::exists(temp / "here/out"));
}

TEST(ResultFolder, RemovesWhatKilledRunsLeftAndNothingElse) {
  TempFolder temp;
  const std::string stale = temp / ".out.dnncut-0123456789abcdef";
  const std::string other = temp / ".other.dnncut-0123456789abcdef";
  const std::string young = temp / ".out.dnncut-fedcba9876543210";
  const utimbuf long_ago = {1, 1};
  for (const std::string& folder : {stale, other, young}) {
    fs::create_directory(folder);
    WriteAll(folder + "/weights.bin", "x");
    if (folder != young) utime(folder.c_str(), &long_ago);
  }
  WriteResultTo(temp / "out", false, "new");
  EXPECT_FALSE(fs::exists(stale));
  EXPECT_TRUE(fs::exists(other));
  EXPECT_TRUE(fs::exists(young));
}

TEST(ResultFolder, RunsAtTheSameTimeDoNotDisturbEachOther) {
  TempFolder temp;
  const utimbuf long_ago = {1, 1};
  ResultFolder first(temp / "out", false, {});
  WriteAll(first.path() + "/table.json", kOurTable);
  utime(first.path().c_str(), &long_ago);
  WriteResultTo(temp / "out", false, "second");
  EXPECT_TRUE(fs::exists(first.path() + "/table.json"));
  EXPECT_EQ(ErrorIdOf([&] { first.Commit(); }), "E606");
  EXPECT_EQ(ReadAll(temp / "out/device/cut0.onnx"), "second");
}

TEST(ResultFolder, RespectsTheUmask) {
  TempFolder temp;
  const mode_t old_mask = umask(0027);
  WriteResultTo(temp / "out", false, "new");
  umask(old_mask);
  struct stat status = {};
  ASSERT_EQ(stat((temp / "out").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0750u);
}

}  // namespace
}  // namespace dnncut
