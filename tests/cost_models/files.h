// SPDX-License-Identifier: Apache-2.0
//
// Files and errors, for the tests of cost_models/ and of JSON reading.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "compiler/error.h"

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

// "E401 the message" of the error that `function` throws; fails the test when
// it throws none or the message is not one line.
template <typename Function>
std::string ErrorOf(Function function) {
  try {
    function();
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find_first_of("\r\n"), std::string::npos) << message;
    return error.id() + " " + message;
  }
  ADD_FAILURE() << "no error";
  return "";
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
