// SPDX-License-Identifier: Apache-2.0
//
// Files, for the tests of cost_models/ and of JSON reading.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace dnncut {

// Writes a file into the test's temporary folder and returns its path.
inline std::string TemporaryFile(const std::string& name,
                                 const std::string& text) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  std::string path = testing::TempDir() + test->test_suite_name() + "_" +
                     test->name() + "_" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

// `text` with the first occurrence of `from` replaced; fails the test when
// there is none.
inline std::string Replaced(std::string text, const std::string& from,
                            const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

}  // namespace dnncut
