// SPDX-License-Identifier: Apache-2.0
#include "tools/text/file_names.h"

#include <gtest/gtest.h>

namespace dnncut {
namespace {

TEST(FileNames, AreTheLastNamesOfPaths) {
  EXPECT_EQ(FileName("net.onnx"), "net.onnx");
  EXPECT_EQ(FileName("/a/net.onnx"), "net.onnx");
  EXPECT_EQ(FileName("models/data/"), "data");
}

TEST(FileNames, StandInWarningsWithoutFolders) {
  const Warnings warnings = {{"W1", "a/net.onnx: see a/net.onnx and net.onnx"}};
  EXPECT_EQ(WithoutFolders(warnings, {"a/net.onnx", "net.onnx"})[0].text,
            "net.onnx: see net.onnx and net.onnx");
}

}  // namespace
}  // namespace dnncut
