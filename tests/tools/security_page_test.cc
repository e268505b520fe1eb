// SPDX-License-Identifier: Apache-2.0
//
// docs/security.md names a test for each promise: they exist. Its table of
// limits is compared with the program.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <bit>
#include <filesystem>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "backends/result/chosen_halves.h"
#include "compiler/base/interrupt.h"
#include "frontends/read/limits.h"
#include "tests/folders.h"
#include "tests/testing.h"
#include "tests/tools/transcript.h"
#include "tools/command_line.h"
#include "tools/commands/limit_flags.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

const fs::path kProject = SourceFolder();

// All that could define a test.
std::string TextOfTests() {
  std::string text;
  for (const auto& entry :
       fs::recursive_directory_iterator(kProject / "tests")) {
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

// The rows of all tables with these headings.
std::vector<std::string> RowsBelow(const std::string& headings) {
  std::vector<std::string> rows;
  bool in_table = false;
  std::istringstream lines(ReadText(kProject / "docs/security.md"));
  for (std::string line; std::getline(lines, line);) {
    if (line == headings) {
      in_table = true;
    } else if (!line.starts_with("|")) {
      in_table = false;
    } else if (in_table && !line.starts_with("|---|")) {
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
    return fs::exists(kProject / "tests/tools" / (name + ".case"));
  }
  if (name.starts_with("Hostile/")) return has("\"" + name.substr(8) + "\"");
  if (name.starts_with("faults_")) {
    return fs::exists(kProject / "tests/faults" /
                      (name.substr(7) + "_test.py"));
  }
  if (name == "fuzz_smoke_*") return has("NAME fuzz_smoke_${name}");
  if (name.starts_with("fuzz_smoke_")) {
    return fs::exists(kProject / "tests/fuzz" / (name.substr(11) + "_fuzz.cc"));
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
  const std::vector<std::string> rows = RowsBelow("| Promise | Test |");
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

struct LimitRow {
  std::string name;
  std::string initial;
  std::string most;
};

std::vector<LimitRow> LimitRows() {
  const std::regex cells("\\| `([^`]+)` \\| ([^|]+) \\| ([^|]+) \\|.*");
  std::vector<LimitRow> rows;
  for (const std::string& line :
       RowsBelow("| NAME | Default | At most | What |")) {
    std::smatch match;
    EXPECT_TRUE(std::regex_match(line, match, cells)) << line;
    rows.push_back({match[1], match[2], match[3]});
  }
  return rows;
}

// "1,000", "64 MiB" as a flag takes it.
std::string Plain(std::string text) {
  std::erase_if(text, [](char c) { return c == ',' || c == ' '; });
  return text;
}

int64_t Number(const std::string& text) {
  return ParseBytes("docs/security.md", Plain(text));
}

int64_t Most(const std::string& text) {
  const std::string below = "below ";
  if (!text.starts_with(below)) return Number(text);
  return Number(text.substr(below.size())) - 1;
}

// The limits of a command that does `work` with these values of --limit.
ModelLimits Apply(Work work, const std::vector<std::string>& values) {
  SetDefaultTimeLimit(work);
  ModelLimits limits;
  const Reader reader = LimitReader(&limits);
  for (const std::string& value : values) reader("--limit", value);
  return limits;
}

using Values = std::array<int64_t, sizeof(ModelLimits) / sizeof(int64_t)>;

// Those of the program with --limit NAME=VALUE.
Values LimitsWith(const std::string& name, int64_t value) {
  return std::bit_cast<Values>(
      Apply(Work::kRunsModels, {fmt::format("{}={}", name, value)}));
}

TEST(SecurityPageTest, LimitsOfModelsAreTheProgramsOwn) {
  const Values initial = std::bit_cast<Values>(ModelLimits{});
  std::set<size_t> seen;
  for (const LimitRow& row : LimitRows()) {
    if (row.name == "time" || row.name == "cuts") continue;
    const Values one = LimitsWith(row.name, 1);
    const size_t which =
        std::mismatch(one.begin(), one.end(), initial.begin()).first -
        one.begin();
    ASSERT_LT(which, one.size()) << row.name;
    EXPECT_TRUE(seen.insert(which).second) << row.name;
    EXPECT_EQ(initial[which], Number(row.initial)) << row.name;
    EXPECT_EQ(LimitsWith(row.name, Most(row.most))[which], Most(row.most));
    EXPECT_THROW(LimitsWith(row.name, Most(row.most) + 1), Error) << row.name;
  }
  EXPECT_EQ(seen.size(), initial.size());
}

TEST(SecurityPageTest, TheLimitOnCutsIsTheProgramsOwn) {
  const LimitRow row = LimitRows().back();
  ASSERT_EQ(row.name, "cuts");
  EXPECT_EQ(kMostCutsWithHalves, Number(row.initial));
  int cuts = 0;
  ModelLimits limits;
  const int64_t most = Most(row.most);
  LimitReader(&limits, &cuts)("--limit", fmt::format("cuts={}", most));
  EXPECT_EQ(cuts, most);
  EXPECT_THROW(
      LimitReader(&limits, &cuts)("--limit", fmt::format("cuts={}", most + 1)),
      Error);
}

// Until the time is up; 0 when there is no limit.
double SecondsLeft() {
  itimerval timer = {};
  EXPECT_EQ(getitimer(ITIMER_REAL, &timer), 0);
  return timer.it_value.tv_sec + timer.it_value.tv_usec / 1e6;
}

TEST(SecurityPageTest, TheLimitOnTimeIsTheProgramsOwn) {
  constexpr int64_t kManyHours = 1'000'000;
  constexpr double kNsPerSecond = 1e9;
  constexpr double kSlowTest = 60;  // seconds
  const LimitRow row = LimitRows().at(0);
  ASSERT_EQ(row.name, "time");
  const int64_t initial_ns = ParseDurationNs(
      "", Plain(row.initial.substr(0, row.initial.find(';'))), kManyHours);
  for (const Command& command : Commands()) {
    if (command.work == Work::kReadsNothing) continue;
    Apply(command.work, {});
    const bool limited = row.initial.find(fmt::format("`{}`", command.name)) ==
                         std::string::npos;
    EXPECT_NEAR(SecondsLeft(), limited ? initial_ns / kNsPerSecond : 0,
                limited ? kSlowTest : 0)
        << command.name;
  }
  const int64_t most_ns = ParseDurationNs("", Plain(row.most), kManyHours);
  Apply(Work::kReadsModels, {fmt::format("time={}ns", most_ns)});
  EXPECT_NEAR(SecondsLeft(), most_ns / kNsPerSecond, kSlowTest);
  EXPECT_THROW(
      Apply(Work::kReadsModels, {fmt::format("time={}ns", most_ns + 1)}),
      Error);
  LimitTime(std::nullopt);
}

}  // namespace
}  // namespace dnncut
