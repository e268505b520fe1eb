// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/shell_word.h"

#include <gtest/gtest.h>

namespace dnncut {
namespace {

TEST(ShellWordTest, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(ShellWord("net.onnx"), "net.onnx");
  EXPECT_EQ(ShellWord(""), "''");
  EXPECT_EQ(ShellWord("a b"), "'a b'");
  EXPECT_EQ(ShellWord("conv*"), "'conv*'");
  EXPECT_EQ(ShellWord("it's"), "'it'\\''s'");
}

TEST(ShellWordTest, BytesThatAreNoTextAreEscaped) {
  EXPECT_EQ(ShellWord("caf\xc3\xa9"), "'caf\xc3\xa9'");
  EXPECT_EQ(ShellWord("caf\xe9 it's"), "$'caf\\xe9 it\\'s'");
  EXPECT_EQ(ShellWord("a\\\n"), "$'a\\\\\\x0a'");
  EXPECT_EQ(ShellWord("a\u202e"), "$'a\\xe2\\x80\\xae'");
}

TEST(ShellWordTest, AFileMayBeginWithADash) {
  EXPECT_EQ(ShellFile("-x.onnx"), "./-x.onnx");
  EXPECT_EQ(ShellFile("x.onnx"), "x.onnx");
}

TEST(ShellWordTest, AValueMayBeginWithADash) {
  EXPECT_EQ(ShellFlag("--dim", "n=1"), "--dim n=1");
  EXPECT_EQ(ShellFlag("--dim", "a + b=1"), "--dim 'a + b=1'");
  EXPECT_EQ(ShellFlag("--dim", "-n=1"), "--dim=-n=1");
}

}  // namespace
}  // namespace dnncut
