// SPDX-License-Identifier: Apache-2.0
//
// Timelines, graphs, overlays and curves of random problems, and of names that
// try to break them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "compiler/problem/block_graph.h"
#include "tests/testing.h"
#include "tools/compile/latency_curve.h"
#include "tools/explain/dot_text.h"
#include "tools/explain/explain_json.h"
#include "tools/explain/explain_text.h"
#include "tools/explain/model_explorer_json.h"
#include "tools/explain/trace_json.h"

namespace dnncut {
namespace {

using nlohmann::json;

constexpr std::string_view kHostile =
    "a\"b\\n\n\x1b[31m\xff\xc2\x9b<b>\\\xe2\x82{|}-> ö";

// What LoadWithProblem would read back.
StoredResult Compile(const Problem& problem) {
  const CutTable table = BuildCutTable(problem, MakeBlockGraph(problem));
  StoredResult compiled;
  compiled.problem_file = {problem, table.cuts, {}};
  compiled.table.rows = table.rows;
  compiled.table.range = problem.range;
  compiled.table.downlink = problem.downlink;
  compiled.table.layers = static_cast<int>(problem.layers.size());
  compiled.table.cuts.resize(table.cuts.size());
  compiled.table.model_file = kHostile;
  compiled.table.machines.device.name = kHostile;
  compiled.table.machines.server.name = kHostile;
  return compiled;
}

Problem HostileProblem(uint64_t seed) {
  Problem problem = RandomFeasibleProblem(seed, 8);
  for (ProblemLayer& layer : problem.layers) {
    layer.name += kHostile;
    layer.op = kHostile;
  }
  for (ProblemTensor& tensor : problem.tensors) tensor.name += kHostile;
  return problem;
}

// "12.345" microseconds as nanoseconds; fails without exactly three decimals.
int64_t Nanoseconds(const std::string& text) {
  const size_t point = text.find('.');
  EXPECT_EQ(text.size() - point, 4u) << text;
  return std::stoll(text.substr(0, point)) * 1000 +
         std::stoll(text.substr(point + 1));
}

// The number behind `key` in a line, as it is spelt.
std::string NumberIn(const std::string& line, const std::string& key) {
  const size_t start = line.find("\"" + key + "\": ") + key.size() + 4;
  return line.substr(start, line.find(',', start) - start);
}

TEST(Trace, EndsAtTheLatencyOfTheTable) {
  for (int seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const StoredResult compiled = Compile(HostileProblem(seed));
    for (const OperatingPoint& point :
         OperatingPoints(compiled, std::nullopt)) {
      const std::string text = TraceJson(compiled, point);
      const json trace = json::parse(text);
      EXPECT_EQ(trace["otherData"]["latency_ns"], point.parts.total_ns);
      int64_t now_ns = 0;
      size_t layers = 0;
      std::istringstream lines(text);
      for (std::string line; std::getline(lines, line);) {
        if (line.find("\"ph\": \"X\"") == std::string::npos) continue;
        layers += line.find("\"cat\": \"layer\"") != std::string::npos ? 1 : 0;
        EXPECT_EQ(Nanoseconds(NumberIn(line, "ts")), now_ns) << line;
        now_ns += Nanoseconds(NumberIn(line, "dur"));
      }
      EXPECT_EQ(now_ns, point.parts.total_ns) << text;
      EXPECT_EQ(layers, compiled.problem().layers.size());
    }
  }
}

// Every '"' that is not escaped opens or closes a string, and no string holds a
// control character.
void ExpectQuoted(const std::string& dot) {
  bool inside = false;
  for (size_t i = 0; i < dot.size(); ++i) {
    if (inside && dot[i] == '\\') {
      ++i;
    } else if (dot[i] == '"') {
      inside = !inside;
    } else if (dot[i] == '\n') {
      ASSERT_FALSE(inside) << dot.substr(0, i);
    }
    ASSERT_TRUE(dot[i] == '\n' || static_cast<unsigned char>(dot[i]) >= 0x20);
  }
  EXPECT_FALSE(inside);
}

// How often `part` stands in `text`.
size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

size_t SentTensors(const CutCosts& costs) {
  return costs.uploaded.size() + costs.fetched.size();
}

TEST(Dot, SurvivesAnyNameAndDrawsEveryLayer) {
  for (int seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const StoredResult compiled = Compile(HostileProblem(seed));
    for (const OperatingPoint& point :
         OperatingPoints(compiled, std::nullopt)) {
      const std::string dot = DotText(compiled, point, std::nullopt);
      ExpectQuoted(dot);
      EXPECT_EQ(Count(dot, "    l"), compiled.problem().layers.size() + 2)
          << dot;
      EXPECT_EQ(Count(dot, "shape=note"),
                SentTensors(compiled.cuts()[point.row.cut].costs));
      // A valid text for whoever reads UTF-8.
      EXPECT_NO_THROW(json(dot).dump());
      ExpectQuoted(DotText(compiled, point, 1));
    }
  }
}

TEST(Dot, GraphvizTakesIt) {
  if (std::system("dot -V >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "no graphviz on this machine";
  }
  const std::string path =
      testing::TempDir() + "/dnncut_" + std::to_string(::getpid()) + ".dot";
  for (int seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    const StoredResult compiled = Compile(HostileProblem(seed));
    std::ofstream(path) << DotText(compiled, OperatingPointAt(compiled, 30),
                                   std::nullopt);
    const std::string command = "dot -Tsvg -o /dev/null " + path + " 2>&1";
    FILE* output = ::popen(command.c_str(), "r");
    ASSERT_NE(output, nullptr);
    std::array<char, 1000> said = {};
    const size_t size = std::fread(said.data(), 1, said.size(), output);
    EXPECT_EQ(::pclose(output), 0);
    EXPECT_EQ(std::string(said.data(), size), "");
  }
  std::filesystem::remove(path);
}

TEST(Dot, ContextCountsWhatItDoesNotDraw) {
  Problem problem;
  problem.range = {1, 1000};
  problem.tensors = {MakeTensor("x", kModelInput, {0}, 1000)};
  for (int l = 0; l < 9; ++l) {
    problem.layers.push_back(MakeLayer("l", l < 4 ? 1'000 : 9'000'000, 500));
    std::vector<LayerId> readers;
    if (l < 8) readers.push_back(l + 1);
    problem.tensors.push_back(MakeTensor("t", l, readers, l == 3 ? 10 : 1000));
  }
  const StoredResult compiled = Compile(problem);
  const OperatingPoint point = OperatingPointAt(compiled, 1000);
  ASSERT_EQ(compiled.cuts()[point.row.cut].costs.layers.device, 4);
  const std::string one = DotText(compiled, point, 1);
  EXPECT_THAT(one, testing::HasSubstr("3 layers not shown"));
  EXPECT_THAT(one, testing::HasSubstr("4 layers not shown"));
  EXPECT_THAT(one, testing::HasSubstr("  device_rest -> l3;"));
  EXPECT_THAT(one, testing::HasSubstr("  l4 -> server_rest;"));
  const std::string all = DotText(compiled, point, 100);
  EXPECT_EQ(all, DotText(compiled, point, std::nullopt));
}

TEST(ModelExplorer, IsJsonWithOneResultForEachLayer) {
  Problem problem;
  problem.range = {1, 1000};
  problem.layers = {MakeLayer("a", 1'000'000, 1), MakeLayer("b", 9, 9)};
  problem.tensors = {MakeTensor("x", kModelInput, {0}, 1),
                     MakeTensor("ta", 0, {1}, 1000)};
  problem.layers[0].name = kHostile;
  const StoredResult compiled = Compile(problem);
  const OperatingPoint point = OperatingPointAt(compiled, 1000);
  const auto overlay = [&](Overlay what) {
    return json::parse(ModelExplorerJson(compiled, point, what))["results"];
  };
  const json side = overlay(Overlay::kSide);
  EXPECT_EQ(side.size(), 3u);
  EXPECT_EQ(side["b"]["value"], "server");
  EXPECT_EQ(side["[value] x"]["value"], "device, sends 1 B");
  EXPECT_EQ(overlay(Overlay::kTime)["b"]["value"], 9e-6);
  EXPECT_EQ(overlay(Overlay::kBytes), json({{"[value] x", {{"value", 1}}}}));
}

TEST(Answers, SurviveAnyName) {
  for (int seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const StoredResult compiled = Compile(HostileProblem(seed));
    std::vector<std::string> texts = {
        OverviewText(compiled, ExplainTable(compiled)),
        CutText(compiled, ExplainCut(compiled, 30))};
    for (LayerId l = 0; l < static_cast<int>(compiled.problem().layers.size());
         ++l) {
      const LayerExplanation layer = ExplainLayer(compiled, l, std::nullopt);
      texts.push_back(LayerText(compiled, layer));
      for (const LayerExplanation::At& at : layer.at) {
        const auto& hold = layer.not_on[OtherSide(at.side)];
        EXPECT_EQ(hold.has_value(), !at.other.has_value());
        if (at.other) {
          EXPECT_GE(at.other->more.total_ns, 0);
        }
      }
    }
    for (TensorId t = 0;
         t < static_cast<int>(compiled.problem().tensors.size()); ++t) {
      texts.push_back(
          TensorText(compiled, ExplainTensor(compiled, t, std::nullopt)));
    }
    for (const std::string& text : texts) {
      for (const char c : text) {
        ASSERT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << text;
      }
      EXPECT_NO_THROW(json(text).dump()) << text;
    }
  }
}

TEST(LatencyCurve, FitsATerminalAndHasAMarkInEveryColumn) {
  int drawn = 0;
  for (int seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    Problem problem = RandomFeasibleProblem(seed, 8);
    problem.range = {1 + seed % 7, 10'000'000};
    const CutTable table = BuildCutTable(problem, MakeBlockGraph(problem));
    const std::string curve = LatencyCurve(problem, table);
    if (curve.empty()) continue;
    ++drawn;
    EXPECT_EQ(Count(curve, "\n"), 9u) << curve;
    EXPECT_EQ(Count(curve, "*"), 66u + 1) << curve;
    std::istringstream lines(curve);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 80u) << curve;
      EXPECT_TRUE(std::all_of(line.begin(), line.end(), [](char c) {
        return c >= ' ' && c <= '~';
      })) << curve;
      EXPECT_FALSE(line.ends_with(' ')) << curve;
    }
  }
  EXPECT_GT(drawn, 50);
}

TEST(LatencyCurve, NothingToSeeIsNotDrawn) {
  Problem problem;
  problem.range = {64, 64};
  problem.layers = {MakeLayer("a", 1000, 1)};
  problem.tensors = {MakeTensor("x", kModelInput, {0}, 1)};
  const auto curve = [&] {
    return LatencyCurve(problem,
                        BuildCutTable(problem, MakeBlockGraph(problem)));
  };
  EXPECT_EQ(curve(), "");  // one bandwidth
  problem.range = {64, 1000};
  problem.layers[0].pinned = Side::kDevice;
  EXPECT_EQ(curve(), "");  // one latency
}

}  // namespace
}  // namespace dnncut
