// SPDX-License-Identifier: Apache-2.0
//
// Rules of the house that a compiler does not check.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/tools/transcript.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = DNNCUT_SOURCE_FOLDER;

// The C++ files of a folder with the folders below it, by their path.
std::map<std::string, std::string> SourcesOf(const std::string& folder) {
  std::map<std::string, std::string> sources;
  for (const auto& entry : fs::recursive_directory_iterator(kSource / folder)) {
    const fs::path extension = entry.path().extension();
    if (extension == ".cc" || extension == ".h") {
      sources[fs::relative(entry.path(), kSource).string()] =
          ReadText(entry.path());
    }
  }
  return sources;
}

TEST(RulesTest, SiblingsNeverIncludeEachOther) {
  const std::map<std::string, std::set<std::string>> may_include = {
      {"compiler", {"compiler"}},
      {"cost_models", {"compiler", "cost_models"}},
      {"passes", {"compiler", "passes"}},
      {"frontends", {"compiler", "frontends"}},
      {"backends", {"compiler", "backends"}},
  };
  const std::regex include("#include \"([^/\"]*)/?[^\"]*\"");
  for (const auto& [folder, allowed] : may_include) {
    const auto sources = SourcesOf(folder);
    EXPECT_FALSE(sources.empty()) << folder;
    for (const auto& [path, text] : sources) {
      // These include each other in the folder of a result.
      if (path.starts_with("backends/firmware/")) continue;
      for (auto match = std::sregex_iterator(text.begin(), text.end(), include);
           match != std::sregex_iterator(); ++match) {
        EXPECT_TRUE(allowed.contains((*match)[1]))
            << path << ": " << match->str();
      }
    }
  }
}

// With the header of its maps, which a test of min_cut.cc shares.
TEST(RulesTest, OnlyMinCutKnowsLemon) {
  const std::string maps = "compiler/lemon_maps.h";
  for (const std::string folder : {"compiler", "cost_models", "passes",
                                   "frontends", "backends", "tools"}) {
    for (const auto& [path, text] : SourcesOf(folder)) {
      if (path == "compiler/min_cut.cc" || path == maps) continue;
      EXPECT_EQ(text.find("#include <lemon"), std::string::npos) << path;
      EXPECT_EQ(text.find(maps), std::string::npos) << path;
    }
  }
}

// Every "E..." and "W..." that a source file gives to Fail or Warn.
std::set<std::string> IdsInCode() {
  std::set<std::string> ids;
  const std::regex quoted("\"([EW][1-9][0-9][0-9])\"");
  for (const std::string folder : {"compiler", "cost_models", "passes",
                                   "frontends", "backends", "tools"}) {
    for (const auto& [path, text] : SourcesOf(folder)) {
      for (auto match = std::sregex_iterator(text.begin(), text.end(), quoted);
           match != std::sregex_iterator(); ++match) {
        ids.insert((*match)[1]);
      }
    }
  }
  return ids;
}

TEST(RulesTest, EveryErrorIdIsDocumentedOnce) {
  std::set<std::string> documented;
  std::string last;
  const std::regex entry("- \\*\\*([EW][1-9][0-9][0-9])\\*\\* .*");
  std::istringstream lines(ReadText(kSource / "docs/errors.md"));
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (!std::regex_match(line, match, entry)) continue;
    const std::string id = match[1];
    EXPECT_TRUE(documented.insert(id).second) << id << " stands twice";
    EXPECT_LT(last, id) << "not sorted";
    last = id;
  }
  const std::set<std::string> used = IdsInCode();
  EXPECT_GT(used.size(), 20u);
  for (const std::string& id : used) {
    EXPECT_TRUE(documented.contains(id)) << id << " is not in docs/errors.md";
  }
  for (const std::string& id : documented) {
    EXPECT_TRUE(used.contains(id))
        << id << " is in docs/errors.md but nothing reports it";
  }
}

TEST(RulesTest, EverySourceFileSaysItsLicence) {
  for (const std::string folder : {"compiler", "cost_models", "passes",
                                   "frontends", "backends", "tools", "tests"}) {
    for (const auto& [path, text] : SourcesOf(folder)) {
      // The second form is that of MISRA C.
      EXPECT_TRUE(
          text.starts_with("// SPDX-License-Identifier: Apache-2.0\n") ||
          text.starts_with("/* SPDX-License-Identifier: Apache-2.0 */\n"))
          << path;
    }
  }
}

}  // namespace
}  // namespace dnncut
