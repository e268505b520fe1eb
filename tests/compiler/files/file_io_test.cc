// SPDX-License-Identifier: Apache-2.0
#include "compiler/files/file_io.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "compiler/base/file_descriptor.h"
#include "tests/backends/temp_folder.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

TEST(OutputFile, WritesFrontToBackWithGapsOfZeros) {
  const TempFolder folder;
  OutputFile file(folder / "f");
  file.Append("ab");
  file.SkipTo(4);
  file.Append("c");
  EXPECT_EQ(file.size(), 5);
  EXPECT_EQ(ReadAll(folder / "f"), std::string("ab\0\0c", 5));
}

TEST(OutputFile, NeverTakesWhatIsThere) {
  const TempFolder folder;
  WriteAll(folder / "f", "old");
  EXPECT_EQ(ErrorIdOf([&] { OutputFile(folder / "f"); }), "E605");
  EXPECT_EQ(ErrorIdOf([&] { WriteFile(folder / "f", "new"); }), "E605");
  EXPECT_EQ(ErrorIdOf([&] { WriteFile(folder / "none/f", ""); }), "E605");
  EXPECT_EQ(ReadAll(folder / "f"), "old");
}

TEST(OutputFile, CopiesPartsOfFiles) {
  const TempFolder folder;
  WriteAll(folder / "source", "0123456789");
  const UniqueFd source(open((folder / "source").c_str(), O_RDONLY));
  OutputFile file(folder / "f");
  EXPECT_TRUE(file.AppendFrom(source.get(), 3, 4));
  EXPECT_TRUE(file.AppendFrom(source.get(), 0, 1));
  EXPECT_EQ(ReadAll(folder / "f"), "34560");
  EXPECT_EQ(file.size(), 5);
  EXPECT_FALSE(file.AppendFrom(source.get(), 8, 3)) << "it ends before";
}

// The kernel copies nothing from files of /proc, whose size is 0.
TEST(OutputFile, CopiesWhatTheKernelDoesNot) {
  const TempFolder folder;
  const UniqueFd source(open("/proc/self/cmdline", O_RDONLY));
  const std::string expected = ReadAll("/proc/self/cmdline");
  ASSERT_GT(expected.size(), 4u);
  OutputFile file(folder / "f");
  EXPECT_TRUE(file.AppendFrom(source.get(), 0, 4));
  EXPECT_EQ(ReadAll(folder / "f"), expected.substr(0, 4));
}

}  // namespace
}  // namespace dnncut
