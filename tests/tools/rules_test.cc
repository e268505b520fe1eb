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

#include "tests/folders.h"
#include "tests/tools/transcript.h"

namespace dnncut {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = SourceFolder();

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

// The folders of the product.
const std::vector<std::string> kFolders = {"compiler",  "cost_models", "passes",
                                           "frontends", "backends",    "tools"};

using Rooms = std::set<std::string>;

Rooms operator+(Rooms a, const Rooms& b) {
  a.insert(b.begin(), b.end());
  return a;
}

// Who may include whom, besides itself. docs/design.md shows the same house.
std::map<std::string, Rooms> MayInclude() {
  const Rooms base = {"compiler/base"};
  const Rooms files = base + Rooms{"compiler/files"};
  const Rooms model = files + Rooms{"compiler/model"};
  const Rooms problem = model + Rooms{"compiler/problem"};
  const Rooms solving = {"compiler/base", "compiler/problem", "compiler/solve"};
  const Rooms table = problem + Rooms{"compiler/table"};
  // What the program's stages use of the rest; compiler/solve is behind
  // compiler/table.
  const Rooms doors = table + Rooms{"frontends",
                                    "frontends/read",
                                    "cost_models/fusion",
                                    "cost_models/machines",
                                    "cost_models/anchors",
                                    "cost_models/measured",
                                    "passes",
                                    "compiler/objectives",
                                    "backends",
                                    "backends/halves",
                                    "backends/result",
                                    "backends/firmware"};
  const Rooms run = doors + Rooms{"tools/text", "tools/values"};
  const Rooms stage = run + Rooms{"tools/runtime", "tools/result", "tools/ci"};
  const Rooms stages = {"tools/compile", "tools/profile", "tools/refine",
                        "tools/verify",  "tools/check",   "tools/diff",
                        "tools/explain", "tools/fit",     "tools/inspect",
                        "tools/halves"};
  std::map<std::string, Rooms> rooms = {
      {"compiler/base", {}},
      {"compiler/files", base},
      {"compiler/model", files},
      {"compiler/problem", model},
      {"compiler/solve", {"compiler/base", "compiler/problem"}},
      {"compiler/table", solving},
      {"compiler/objectives",
       {"compiler/base", "compiler/problem", "compiler/table"}},
      {"passes", solving},
      {"frontends/read", model},
      {"frontends/check", model + Rooms{"frontends/read"}},
      {"frontends/values", model},
      {"frontends/dims", model},
      {"frontends/shapes",
       model + Rooms{"frontends/read", "frontends/values", "frontends/dims"}},
      {"frontends/fold", model + Rooms{"frontends/read", "frontends/shapes"}},
      {"frontends",
       model + Rooms{"frontends/read", "frontends/check", "frontends/values",
                     "frontends/dims", "frontends/shapes", "frontends/fold"}},
      {"cost_models/operators", problem},
      {"cost_models/fusion", problem + Rooms{"cost_models/operators"}},
      {"cost_models/machines",
       problem + Rooms{"cost_models/operators", "cost_models/fusion"}},
      {"cost_models/measured",
       problem + Rooms{"cost_models/operators", "cost_models/fusion",
                       "cost_models/machines"}},
      {"cost_models/anchors",
       problem + Rooms{"cost_models/operators", "cost_models/fusion",
                       "cost_models/machines", "cost_models/measured"}},
      {"backends/halves", table},
      {"backends/result", table + Rooms{"backends/halves"}},
      {"backends/firmware",
       table + Rooms{"backends/halves", "backends/result"}},
      {"backends/report", table + Rooms{"backends/halves", "backends/result"}},
      {"backends", table + Rooms{"backends/halves", "backends/result",
                                 "backends/firmware", "backends/report"}},
      {"tools/text", problem},
      {"tools/cli", base + Rooms{"tools/text"}},
      {"tools/examples", model},
      {"tools/values", model + Rooms{"tools/text"}},
      {"tools/runtime", run},
      {"tools/result", run},
      {"tools/ci", files + Rooms{"tools/text"}},
      {"tools/commands", stage + stages + Rooms{"tools/cli", "tools/examples"}},
      {"tools",
       {"compiler/base", "tools/cli", "tools/commands", "tools/text",
        "tools/runtime"}},
  };
  for (const std::string& name : stages) rooms[name] = stage;
  rooms["tools/refine"].insert("tools/compile");
  rooms["tools/inspect"].insert("tools/compile");
  return rooms;
}

// The room that a file is in: "compiler/base" of "compiler/base/error.h".
std::string RoomOf(const std::string& path) {
  return fs::path(path).parent_path().string();
}

TEST(RulesTest, RoomsIncludeOnlyWhatTheyMay) {
  const std::map<std::string, Rooms> may_include = MayInclude();
  const std::regex include("#include \"([^\"]*/[^\"]*)\"");
  Rooms seen;
  for (const std::string& folder : kFolders) {
    for (const auto& [path, text] : SourcesOf(folder)) {
      const std::string room = RoomOf(path);
      ASSERT_TRUE(may_include.contains(room)) << path << " is in no room";
      seen.insert(room);
      for (auto match = std::sregex_iterator(text.begin(), text.end(), include);
           match != std::sregex_iterator(); ++match) {
        const std::string other = RoomOf((*match)[1]);
        EXPECT_TRUE(other == room || may_include.at(room).contains(other))
            << path << ": " << match->str();
      }
    }
  }
  EXPECT_EQ(seen.size(), may_include.size());
}

// A room that holds more is two rooms.
TEST(RulesTest, NoRoomIsCrowded) {
  std::map<std::string, Rooms> units;
  for (const std::string& folder : kFolders) {
    for (const auto& [path, text] : SourcesOf(folder)) {
      units[RoomOf(path)].insert(fs::path(path).stem().string());
    }
  }
  for (const auto& [room, names] : units) {
    EXPECT_LE(names.size(), 25u) << room;
  }
}

// Who may include the headers of a library that the rest is kept free of.
TEST(RulesTest, LibrariesStayInTheirRooms) {
  const std::map<std::string, Rooms> rooms_of = {
      {"#include <lemon/", {"compiler/solve"}},
      {"#include <utf8proc.h>", {"compiler/base"}},
      {"#include <onnxruntime_c_api.h>", {"tools/runtime"}},
      {"#include <CLI/", {"tools/cli", "tools/commands", "tools"}},
  };
  std::set<std::string> found;
  for (const std::string& folder : kFolders) {
    for (const auto& [path, text] : SourcesOf(folder)) {
      for (const auto& [include, rooms] : rooms_of) {
        if (text.find(include) == std::string::npos) continue;
        found.insert(include);
        EXPECT_TRUE(rooms.contains(RoomOf(path))) << path << ": " << include;
      }
    }
  }
  EXPECT_EQ(found.size(), rooms_of.size());
}

// Every "E..." and "W..." that a source file gives to Fail or Warn.
std::set<std::string> IdsInCode() {
  std::set<std::string> ids;
  const std::regex quoted("\"([EW][1-9][0-9][0-9])\"");
  for (const std::string& folder : kFolders) {
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
  std::vector<std::string> folders = kFolders;
  folders.push_back("tests");
  for (const std::string& folder : folders) {
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
