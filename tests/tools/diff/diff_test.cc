// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "compiler/base/error.h"
#include "compiler/problem/side.h"
#include "compiler/table/cut_table.h"
#include "tests/testing.h"
#include "tools/diff/diff_report.h"
#include "tools/diff/diff_words.h"
#include "tools/diff/result_diff.h"
#include "tools/text/percent.h"

namespace dnncut {
namespace {

// A result as it is read back from a folder.
StoredResult ResultOf(const Problem& problem) {
  const CutTable table = BuildCutTable(problem, MakeBlockGraph(problem));
  StoredResult result;
  result.path = "out";
  result.table.model_sha256 = std::string(64, 'a');
  result.table.range = problem.range;
  result.table.rtt_ns = problem.rtt_ns;
  result.table.downlink = problem.downlink;
  result.table.result = problem.result;
  result.table.layers = static_cast<int>(problem.layers.size());
  result.table.rows = table.rows;
  result.problem_file = {problem, table.cuts, {}};
  for (const TableCut& cut : table.cuts) {
    TableFile::Cut listed;
    listed.costs = cut.costs;
    listed.costs.uploaded.clear();
    listed.interface = "00000000";
    for (const TensorId id : cut.costs.uploaded) {
      listed.tensors.push_back({problem.tensors[id].name, "float32", {1}, 4});
    }
    result.table.cuts.push_back(listed);
  }
  return result;
}

Problem SlowerDevice(Problem problem, uint64_t seed) {
  Random random(seed);
  for (ProblemLayer& layer : problem.layers) {
    if (random.Chance(1, 2)) layer.ns.device += layer.ns.device / 3;
  }
  return problem;
}

// The letter of each layer at a bandwidth.
std::string SidesAt(const StoredResult& result, int64_t kbps) {
  return CutText(result.cuts()[FindRow(result.table, kbps).cut].cut);
}

// What the diff says the new sides are, from the old ones.
std::string MoveLayers(const ResultDiff& diff, std::string sides,
                       int64_t kbps) {
  for (const MovedLayers& moved : diff.layers->moved) {
    if (kbps < moved.range.min_kbps || kbps > moved.range.max_kbps) continue;
    for (const Side side : kSides) {
      for (const int layer : moved.to[side]) {
        EXPECT_EQ(sides[layer], side == Side::kDevice ? 'S' : 'D');
        sides[layer] = side == Side::kDevice ? 'D' : 'S';
      }
    }
  }
  return sides;
}

int CutAt(const ResultDiff& diff, bool in_new, int64_t kbps) {
  int found = -1;
  for (const CutUse& use : diff.cuts) {
    for (const BandwidthRange& range :
         in_new ? use.new_ranges : use.old_ranges) {
      if (kbps < range.min_kbps || kbps > range.max_kbps) continue;
      EXPECT_EQ(found, -1) << "two cuts";
      found = in_new ? *use.new_cut : *use.old_cut;
    }
  }
  return found;
}

TEST(DiffResults, SaysWhatEveryBandwidthSays) {
  int with_moves = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const Problem before = RandomFeasibleProblem(seed, 9);
    const ResultDiff diff =
        DiffResults(ResultOf(before), ResultOf(SlowerDevice(before, seed)));
    SCOPED_TRACE(::testing::Message() << "seed " << seed << "\n"
                                      << ProblemText(before));
    ASSERT_TRUE(diff.layers);
    with_moves += !diff.layers->moved.empty();
    for (int64_t kbps = 1; kbps <= 60; ++kbps) {
      EXPECT_EQ(MoveLayers(diff, SidesAt(diff.before, kbps), kbps),
                SidesAt(diff.after, kbps))
          << kbps;
      EXPECT_EQ(CutAt(diff, false, kbps), FindRow(diff.before.table, kbps).cut);
      EXPECT_EQ(CutAt(diff, true, kbps), FindRow(diff.after.table, kbps).cut);
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(with_moves, 50);
}

TEST(DiffResults, TheSameIsTheSame) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const Problem problem = RandomFeasibleProblem(seed, 9);
    const ResultDiff diff = DiffResults(ResultOf(problem), ResultOf(problem));
    EXPECT_TRUE(IsSame(diff)) << seed;
    EXPECT_EQ(diff.forward.compatible, Compatible::kYes) << seed;
    EXPECT_TRUE(Passed(DiffChecks(diff, {0, "0%", true}))) << seed;
  }
}

TEST(DiffResults, LayersOfOneNameBelongTogetherInTheirOrder) {
  Problem before;
  before.layers = {MakeLayer("a", 1, 1), MakeLayer("a", 1, 1),
                   MakeLayer("b", 1, 1)};
  Problem after;
  after.layers = {MakeLayer("c", 1, 1), MakeLayer("a", 1, 1),
                  MakeLayer("b", 1, 1)};
  const LayerMatch match = MatchLayers(ResultOf(before), ResultOf(after));
  EXPECT_EQ(match.old_of_new,
            (std::vector<std::optional<int>>{std::nullopt, 0, 2}));
  EXPECT_EQ(match.added, std::vector<int>{0});
  EXPECT_EQ(match.removed, std::vector<int>{1});
}

TEST(DiffWords, ChangesOfAnySize) {
  EXPECT_EQ(ChangeText({105, 100}), "+5.00 %");
  EXPECT_EQ(ChangeText({95, 100}), "-5.00 %");
  EXPECT_EQ(ChangeText({7, 7}), "0 %");
  EXPECT_EQ(ChangeText({0, 7}), "-100.00 %");
  EXPECT_EQ(ChangeText({7, 0}), "from 0");
  EXPECT_EQ(ChangeText({100'001, 100'000}), "under +0.01 %");
  EXPECT_EQ(ChangeText({99'999, 100'000}), "under -0.01 %");
}

// A table that took no time has nothing that a change could be a part of.
TEST(DiffWords, SlowerThanNoTime) {
  ResultDiff diff;
  diff.worst = {1000, 0, 0, 0, 5'000'000, {5'000'000, 0}};
  EXPECT_EQ(LatencyVerdict(diff),
            "slower where it took no time (0.000 ms -> 5.000 ms at 1 Mbit/s), "
            "nowhere faster");
}

TEST(Percent, IsExact) {
  EXPECT_EQ(ParsePercent("--f", "100%"), kHundredPercent);
  EXPECT_EQ(ParsePercent("--f", "0"), 0);
  EXPECT_EQ(ParsePercent("--f", "2.5 %"), 2'500'000);
  EXPECT_EQ(ParsePercent("--f", "0.000001%"), 1);
  EXPECT_EQ(ParsePercent("--f", ".5"), 500'000);
  EXPECT_EQ(ParsePercent("--f", "1000000%"), 10'000 * kHundredPercent);
  for (const char* text :
       {"", "%", ".", "5.", "5%%", "-1", "+1", "1e2", "0x1", "1,5", " 5", "nan",
        "1000000.1", "99999999999999999999", "0.0000001", "5 5"}) {
    EXPECT_THROW(ParsePercent("--f", text), Error) << text;
  }
}

// Whatever the room, what is written fits, and what it opens it closes.
TEST(DiffMarkdown, FitsAndClosesWhatItOpens) {
  Problem before = DenseNetLikeProblem(60);
  before.range = {64, kDefaultMaxKbps};
  for (size_t i = 0; i < before.layers.size(); ++i) {
    before.layers[i].name = fmt::format("<img src=x>|`{}\n# x", i);
  }
  Problem after = before;
  after.rtt_ns = 0;
  for (size_t i = 0; i < after.layers.size(); i += 3) {
    after.layers[i].ns.device *= 9;
    after.layers[i].name += "</details>";
  }
  const ResultDiff diff = DiffResults(ResultOf(before), ResultOf(after));
  const CheckReport checks = DiffChecks(diff, {});
  const std::string whole = DiffMarkdown(diff, checks, 1'000'000);
  EXPECT_GT(whole.size(), 4'000u);
  for (size_t most = 1'000; most < whole.size() + 100; most += 37) {
    const std::string text = DiffMarkdown(diff, checks, most);
    EXPECT_LE(text.size(), most);
    const auto count = [&](std::string_view what) {
      int found = 0;
      for (size_t at = text.find(what); at != std::string::npos;
           at = text.find(what, at + 1)) {
        ++found;
      }
      return found;
    };
    EXPECT_EQ(count("<details>"), count("</details>")) << most;
    EXPECT_EQ(count("<img"), 0);
    EXPECT_EQ(count("fits here"), text == whole ? 0 : 1) << most;
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace dnncut
