// SPDX-License-Identifier: Apache-2.0
//
// docs/security.md names a test for each promise: they exist.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/tools/transcript.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = DNNCUT_SOURCE_FOLDER;

// All that could define a test.
std::string TextOfTests() {
  std::string text;
  for (const auto& entry :
       fs::recursive_directory_iterator(kSource / "tests")) {
    if (entry.path().extension() == ".cc" ||
        entry.path().filename() == "CMakeLists.txt") {
      text += ReadText(entry.path());
    }
  }
  return text;
}

// What stands in backticks in the last column of "| promise | test |".
std::vector<std::string> NamesIn(const std::string& row) {
  const size_t column = row.rfind("| ", row.size() - 2);
  const std::string cell = row.substr(column);
  const std::regex quoted("`([^`]+)`");
  std::vector<std::string> names;
  for (auto match = std::sregex_iterator(cell.begin(), cell.end(), quoted);
       match != std::sregex_iterator(); ++match) {
    names.push_back((*match)[1]);
  }
  return names;
}

// The rows of the tables whose second column is "Test".
std::vector<std::string> PromiseRows() {
  std::vector<std::string> rows;
  bool in_table = false;
  std::istringstream lines(ReadText(kSource / "docs/security.md"));
  for (std::string line; std::getline(lines, line);) {
    if (line == "| Promise | Test |") {
      in_table = true;
    } else if (!line.starts_with("|")) {
      in_table = false;
    } else if (in_table && line != "|---|---|") {
      rows.push_back(line);
    }
  }
  return rows;
}

bool Exists(const std::string& name, const std::string& tests) {
  const auto has = [&](const std::string& text) {
    return tests.find(text) != std::string::npos;
  };
  if (name.starts_with("golden/")) {
    return fs::exists(kSource / "tests/tools" / (name + ".case"));
  }
  if (name.starts_with("Hostile/")) return has("\"" + name.substr(8) + "\"");
  if (name.starts_with("faults_")) {
    return fs::exists(kSource / "tests/faults" / (name.substr(7) + "_test.py"));
  }
  if (name == "fuzz_smoke_*") return has("NAME fuzz_smoke_${name}");
  if (name.starts_with("fuzz_smoke_")) {
    return fs::exists(kSource / "tests/fuzz" / (name.substr(11) + "_fuzz.cc"));
  }
  if (name.ends_with(".*")) {
    return has("(" + name.substr(0, name.size() - 2) + ", ");
  }
  const size_t dot = name.find('.');
  if (dot == std::string::npos) return has("NAME " + name);
  return has("(" + name.substr(0, dot) + ", " + name.substr(dot + 1) + ")");
}

TEST(SecurityPageTest, EveryPromiseNamesTestsThatExist) {
  const std::string tests = TextOfTests();
  const std::vector<std::string> rows = PromiseRows();
  EXPECT_GT(rows.size(), 15u);
  for (const std::string& row : rows) {
    const std::vector<std::string> names = NamesIn(row);
    EXPECT_FALSE(names.empty()) << row;
    for (const std::string& name : names) {
      if (name == "tests/fuzz/run.sh") continue;
      EXPECT_TRUE(Exists(name, tests)) << name << " of: " << row;
    }
  }
}

}  // namespace
}  // namespace dnncut
