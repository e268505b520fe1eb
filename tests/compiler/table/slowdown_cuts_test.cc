// SPDX-License-Identifier: Apache-2.0
#include "compiler/table/slowdown_cuts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "compiler/base/error.h"
#include "compiler/problem/block_graph.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

// A cut as the definition has it, nothing of it counted by the compiler.
struct Candidate {
  Cut cut;
  int device_layers = 0;
  bool pays_rtt = false;
  // Times the weights of the problem's objective.
  Int128 fixed_ns = 0;  // without the round trip and the server's layers
  Int128 server_ns = 0;
  Int128 link_bytes = 0;

  // 1000 * W * cost, with a round trip that costs `rtt_ns`.
  Int128 At(int64_t kbps, int64_t permille, int64_t rtt_ns) const {
    const Int128 ns = 1000 * (fixed_ns + (pays_rtt ? rtt_ns : 0)) +
                      Int128{permille} * server_ns;
    return kbps * ns + Int128{8'000'000'000} * link_bytes;
  }
};

std::vector<Candidate> Candidates(Problem problem) {
  problem.rtt_ns = 1;
  const std::vector<CandidateCut> with = EnumerateCuts(problem);
  problem.rtt_ns = 0;
  std::vector<Candidate> candidates;
  for (const CandidateCut& cut : EnumerateCuts(problem)) {
    Candidate candidate;
    candidate.cut = cut.cut;
    candidate.device_layers = cut.device_layers;
    const auto same = std::find_if(
        with.begin(), with.end(),
        [&](const CandidateCut& other) { return other.cut == cut.cut; });
    candidate.pays_rtt = same->fixed_ns > cut.fixed_ns;
    for (size_t l = 0; l < problem.layers.size(); ++l) {
      if (cut.cut[l] == Side::kDevice) continue;
      candidate.server_ns +=
          problem.objective.server * problem.layers[l].ns.server;
    }
    candidate.fixed_ns = cut.fixed_ns - candidate.server_ns;
    candidate.link_bytes = cut.link_bytes;
    candidates.push_back(candidate);
  }
  return candidates;
}

const Candidate& Best(const std::vector<Candidate>& candidates, int64_t kbps,
                      int64_t permille, int64_t rtt_ns) {
  return *std::min_element(
      candidates.begin(), candidates.end(),
      [&](const Candidate& a, const Candidate& b) {
        const Int128 difference =
            a.At(kbps, permille, rtt_ns) - b.At(kbps, permille, rtt_ns);
        return difference < 0 ||
               (difference == 0 && a.device_layers < b.device_layers);
      });
}

// A range of slowdowns in which random problems change their minds.
constexpr SlowdownRange kSlowdown = {400, 1500};

// Compares with every cut at every point of the grid; how many there are.
size_t ExpectTheWinnersOfTheGrid(const Problem& problem) {
  const std::vector<Candidate> candidates = Candidates(problem);
  std::set<Cut> winners;
  for (int64_t s = kSlowdown.min_permille; s <= kSlowdown.max_permille; ++s) {
    for (int64_t w = problem.range.min_kbps; w <= problem.range.max_kbps; ++w) {
      winners.insert(Best(candidates, w, s, 0).cut);
    }
  }
  std::set<Cut> found;
  for (const TableCut& cut : SlowdownCuts(problem, kSlowdown)) {
    EXPECT_TRUE(found.insert(cut.cut).second) << "found twice";
    EXPECT_EQ(cut.costs, CountCosts(problem, cut.cut));
  }
  EXPECT_EQ(found, winners) << ProblemText(problem);
  return found.size();
}

TEST(SlowdownCuts, AreExactlyTheWinnersOfTheGrid) {
  size_t most = 0;
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(seed);
    most = std::max(most,
                    ExpectTheWinnersOfTheGrid(RandomFeasibleProblem(seed, 11)));
  }
  EXPECT_GT(most, 4u) << "the problems are too easy";
}

TEST(SlowdownCuts, AreExactlyTheWinnersOfTheGridWithAnyWeights) {
  size_t most = 0;
  int changed = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Problem problem = RandomFeasibleProblem(seed, 9);
    const std::vector<TableCut> of_latency = SlowdownCuts(problem, kSlowdown);
    Random random(seed);
    problem.objective = RandomObjective(&random);
    SCOPED_TRACE(::testing::Message()
                 << "seed " << seed << " " << WeightsText(problem.objective));
    most = std::max(most, ExpectTheWinnersOfTheGrid(problem));
    changed += SlowdownCuts(problem, kSlowdown) != of_latency;
  }
  EXPECT_GE(most, 3u) << "the problems are too easy";
  EXPECT_GT(changed, 20);  // the weights decide
}

TEST(SlowdownCuts, WithTheDeviceOnlyCutHaveTheBestAtAnyRoundTrip) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = RandomFeasibleProblem(seed, 8);
    CutTable table = BuildCutTable(problem, MakeBlockGraph(problem));
    const CutTable exact = table;
    AddSlowdownCuts(problem, kSlowdown, &table);
    ASSERT_GE(table.cuts.size(), exact.cuts.size());
    EXPECT_EQ(table.rows, exact.rows);
    EXPECT_TRUE(
        std::equal(exact.cuts.begin(), exact.cuts.end(), table.cuts.begin()));
    const std::vector<Candidate> all = Candidates(problem);
    std::vector<Candidate> stored;
    for (const Candidate& candidate : all) {
      for (const TableCut& cut : table.cuts) {
        if (cut.cut == candidate.cut) stored.push_back(candidate);
      }
    }
    ASSERT_EQ(stored.size(), table.cuts.size());
    for (int64_t s = kSlowdown.min_permille; s <= kSlowdown.max_permille;
         s += 37) {
      for (int64_t w = problem.range.min_kbps; w <= problem.range.max_kbps;
           ++w) {
        for (const int64_t rtt_ns : {0, 1, 7, 100, 1000, 100000}) {
          ASSERT_EQ(Best(stored, w, s, rtt_ns).cut, Best(all, w, s, rtt_ns).cut)
              << ProblemText(problem) << w << " kbit/s, " << s << ", " << rtt_ns
              << " ns";
        }
      }
    }
  }
}

// At a slowdown of 1 they are the cuts of the table without a round trip.
TEST(SlowdownCuts, OfOneSlowdownAreThoseOfTheTable) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    Problem problem = RandomFeasibleProblem(seed, 14);
    problem.rtt_ns = 0;
    const CutTable table = BuildCutTable(problem, MakeBlockGraph(problem));
    std::vector<TableCut> rows;
    for (const TableRow& row : table.rows) rows.push_back(table.cuts[row.cut]);
    EXPECT_EQ(SlowdownCuts(problem, {}), rows);
  }
}

TEST(SlowdownCuts, OfALargeModelAtItsWinnersEverywhere) {
  Problem problem = InceptionLikeProblem(300);
  problem.range = {64, 10'000'000};
  const SlowdownRange slowdown = {1000, 8000};
  const std::vector<TableCut> cuts = SlowdownCuts(problem, slowdown);
  Random random(7);
  std::set<Cut> stored;
  for (const TableCut& cut : cuts) stored.insert(cut.cut);
  for (int i = 0; i < 40; ++i) {
    const int64_t permille = 1000 + random.Below(7001);
    Problem slowed = problem;
    slowed.rtt_ns = 0;
    // In 1/1000 of a nanosecond and of a byte.
    for (ProblemLayer& layer : slowed.layers) {
      layer.ns.device *= 1000;
      layer.ns.server *= permille;
    }
    for (ProblemTensor& tensor : slowed.tensors) {
      tensor.cross_ns *= 1000;
      if (tensor.bytes) *tensor.bytes *= 1000;
    }
    const CutTable table = BuildCutTable(slowed, MakeBlockGraph(slowed));
    for (const TableRow& row : table.rows) {
      EXPECT_TRUE(stored.contains(table.cuts[row.cut].cut)) << permille;
    }
  }
}

TEST(SlowdownCuts, RefusesWhatWouldOverflow) {
  Problem problem;
  problem.layers = {MakeLayer("a", 1, int64_t{1} << 60)};
  problem.tensors = {MakeTensor("x", kModelInput, {0}, 1)};
  EXPECT_EQ(ErrorIdOf([&] { SlowdownCuts(problem, {1000, 100'000}); }), "E612");
  // As it stands and with a weight, whatever else would wrap around.
  problem.layers[0].ns.server = 1;
  EXPECT_EQ(ErrorOf([&] { SlowdownCuts(problem, {1000, 100'000}); }), "");
  problem.objective.server = int64_t{1} << 62;
  EXPECT_EQ(ErrorIdOf([&] { SlowdownCuts(problem, {1000, 100'000}); }), "E612");
  problem.objective = {int64_t{1} << 62, int64_t{1} << 62, 0};
  EXPECT_EQ(ErrorIdOf([&] { SlowdownCuts(problem, {1000, 1000}); }), "E612");
}

}  // namespace
}  // namespace dnncut
