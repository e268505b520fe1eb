// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "tests/folders.h"
#include "tests/tools/transcript.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = SourceFolder();

// Compares, or with DNNCUT_UPDATE_GOLDEN=1 writes.
void Expect(const fs::path& path, const std::string& expected,
            const std::string& actual) {
  if (std::getenv("DNNCUT_UPDATE_GOLDEN") != nullptr) {
    if (actual != expected) WriteText(path, actual);
  } else {
    EXPECT_EQ(actual, expected)
        << "DNNCUT_UPDATE_GOLDEN=1 rewrites " << path.filename();
  }
}

std::vector<std::string> Cases() {
  std::vector<std::string> names;
  for (const auto& entry :
       fs::directory_iterator(kSource / "tests/tools/golden")) {
    if (entry.path().extension() == ".case") {
      names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, PrintsWhatItShould) {
  const fs::path path = kSource / "tests/tools/golden" / (GetParam() + ".case");
  const std::string text = ReadText(path);
  if (NeedsOnnxRuntime(text) && !HasOnnxRuntime()) {
    GTEST_SKIP() << "no ONNX Runtime on this machine";
  }
  Expect(path, text, RunCase(text, kSource / "tests/tools/golden/fixtures"));
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, testing::ValuesIn(Cases()),
                         [](const auto& info) { return info.param; });

// A check that fails (exit code 4) is what a check is for, no bad input.
TEST(GoldenTest, BadInputHasCasesOfItsOwn) {
  for (const std::string& name : Cases()) {
    const std::string text =
        ReadText(kSource / "tests/tools/golden" / (name + ".case"));
    const bool has_errors =
        text.find("\n! dnncut: error[") != std::string::npos;
    const bool is_bad = name.starts_with("bad_");
    EXPECT_TRUE(has_errors || !is_bad) << name;
    for (const char* code : {"\n? 2\n", "\n? 3\n", "\n? 5\n", "\n? 6\n"}) {
      EXPECT_TRUE(is_bad || text.find(code) == std::string::npos) << name;
    }
  }
}

TEST(GoldenTest, ReadmeShowsWhatHappens) {
  const fs::path path = kSource / "README.md";
  const std::string text = ReadText(path);
  ASSERT_NE(text.find("\n$ dnncut compile"), std::string::npos);
  const std::string actual = RunMarkdown(text);
  // Keeps the times that stand there when nothing else changed.
  Expect(path, text, Normalize(actual) == Normalize(text) ? text : actual);
}

// The commands, from the cases of their help.
std::vector<std::string> Commands() {
  constexpr std::string_view kPrefix = "help_";
  std::vector<std::string> commands;
  for (const std::string& name : Cases()) {
    if (name.starts_with(kPrefix)) {
      commands.push_back(name.substr(kPrefix.size()));
    }
  }
  return commands;
}

TEST(GoldenTest, EveryCommandHasACaseOfItsHelp) {
  std::vector<std::string> printed;
  std::istringstream help(RunShell("dnncut --help", fs::path("/tmp")).out);
  bool listed = false;
  for (std::string line; std::getline(help, line);) {
    if (line.empty()) listed = false;
    if (listed && line.size() > 2 && line[2] != ' ') {
      printed.push_back(line.substr(2, line.find(' ', 2) - 2));
    }
    if (line == "commands:") listed = true;
  }
  EXPECT_THAT(printed, testing::UnorderedElementsAreArray(Commands()));
}

class HelpOf : public testing::TestWithParam<std::string> {};

TEST_P(HelpOf, ExamplesRun) {
  const TemporaryFolder folder;
  const std::string text =
      RunShell("dnncut " + GetParam() + " --help", folder.path()).out;
  const size_t start = text.find("\nexamples:\n");
  ASSERT_NE(start, std::string::npos);
  const bool with_onnxruntime = HasOnnxRuntime();
  std::istringstream examples(text.substr(start + 11));
  for (std::string line; std::getline(examples, line);) {
    const Outcome outcome = RunShell(line, folder.path(), true);
    // Without ONNX Runtime a command may say that it needs it; those behind
    // it need what it would have written.
    constexpr int kNoRuntime = 6;
    if (!with_onnxruntime && outcome.exit_code == kNoRuntime) break;
    EXPECT_EQ(outcome.exit_code, 0) << line << "\n" << outcome.err;
  }
}

INSTANTIATE_TEST_SUITE_P(Commands, HelpOf, testing::ValuesIn(Commands()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace dnncut
