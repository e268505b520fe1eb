// SPDX-License-Identifier: Apache-2.0
#include "compiler/files/system_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string>

#include "compiler/base/errno_text.h"
#include "compiler/base/file_descriptor.h"
#include "tests/backends/temp_folder.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

TEST(ResolvedPath, IsOneForAllNamesOfAFile) {
  const TempFolder folder;
  fs::create_directory(folder / "real");
  fs::create_directory_symlink("real", folder / "link");
  EXPECT_EQ(ResolvedPath(folder / "link/../link/./new"),
            ResolvedPath(folder / "real/new"));
  EXPECT_NE(ResolvedPath(folder / "real/new"),
            ResolvedPath(folder / "real/newer"));
}

TEST(ResolvedPath, OfALinkToItselfIsThePath) {
  const TempFolder folder;
  for (const char* name : {"a", "b"}) {
    fs::create_symlink(name, folder / name);
    EXPECT_EQ(ResolvedPath(folder / name), folder / name);
  }
}

// A pipe takes less than all at once; a reader that goes away ends it.
TEST(WriteAll, TellsHowMuchArrived) {
  int ends[2] = {};
  ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  UniqueFd read_end(ends[0]);
  const UniqueFd write_end(ends[1]);
  const std::string large(10 << 20, 'x');
  const size_t fits = WriteAll(write_end.get(), large);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_GT(fits, 0u);
  EXPECT_LT(fits, large.size());
  read_end.Close();
  const auto old = std::signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(WriteAll(write_end.get(), "more"), 0u);
  EXPECT_EQ(errno, EPIPE);
  std::signal(SIGPIPE, old);
}

TEST(WriteAll, WritesAtAnOffsetOrWhereTheFileStands) {
  const TempFolder folder;
  const UniqueFd file(
      open((folder / "f").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  EXPECT_EQ(WriteAll(file.get(), "abcdef"), 6u);
  EXPECT_EQ(WriteAll(file.get(), "XY", 1), 2u);
  EXPECT_EQ(WriteAll(file.get(), "g"), 1u);
  EXPECT_EQ(ReadAll(folder / "f"), "aXYdefg");
}

TEST(WriteAll, FullDiskSetsErrno) {
  const UniqueFd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  EXPECT_EQ(WriteAll(full.get(), "x"), 0u);
  EXPECT_EQ(ErrnoText(errno), "the disk is full");
}

}  // namespace
}  // namespace dnncut
