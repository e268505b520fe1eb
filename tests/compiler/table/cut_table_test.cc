// SPDX-License-Identifier: Apache-2.0
#include "compiler/table/cut_table.h"

#include <gtest/gtest.h>

#include <limits>

#include "compiler/base/error.h"
#include "compiler/problem/objective.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

CutTable Solve(const Problem& problem) {
  const BlockGraph blocks = MakeBlockGraph(problem);
  VerifyBlockGraph(blocks);
  return BuildCutTable(problem, blocks);
}

// Rows touch, cover the range, name different cuts; cuts are numbered by their
// rows; what follows is the device-only cut; costs are those of the cuts.
void ExpectWellFormed(const Problem& problem, const CutTable& table) {
  ASSERT_FALSE(table.rows.empty());
  EXPECT_EQ(table.rows.front().min_kbps, problem.range.min_kbps);
  EXPECT_EQ(table.rows.back().max_kbps, problem.range.max_kbps);
  for (size_t r = 0; r < table.rows.size(); ++r) {
    EXPECT_LE(table.rows[r].min_kbps, table.rows[r].max_kbps);
    EXPECT_EQ(table.rows[r].cut, static_cast<int>(r));
    if (r == 0) continue;
    EXPECT_EQ(table.rows[r].min_kbps, table.rows[r - 1].max_kbps + 1);
  }
  const Cut device_only(problem.layers.size(), Side::kDevice);
  int device_only_cuts = 0;
  for (const TableCut& cut : table.cuts) {
    EXPECT_TRUE(IsFeasible(problem, cut.cut)) << CutText(cut.cut);
    EXPECT_EQ(cut.costs, CountCosts(problem, cut.cut));
    if (cut.cut == device_only) ++device_only_cuts;
  }
  EXPECT_EQ(device_only_cuts, IsFeasible(problem, device_only) ? 1 : 0);
  ASSERT_LE(table.rows.size(), table.cuts.size());
  ASSERT_GE(table.rows.size() + 1, table.cuts.size());
  if (table.rows.size() < table.cuts.size()) {
    EXPECT_EQ(table.cuts.back().cut, device_only);
  }
  EXPECT_FALSE(table.approximation);
}

void ExpectBestAt(const Problem& problem, const CutTable& table,
                  const std::vector<CandidateCut>& cuts, int64_t kbps) {
  const CandidateCut& best = BestCut(cuts, kbps);
  const TableCut& chosen = table.cuts[FindRow(table, kbps).cut];
  EXPECT_EQ(CutText(chosen.cut), CutText(best.cut)) << kbps << " kbit/s";
  EXPECT_TRUE(CostOf(chosen.costs, problem).At(kbps) == best.At(kbps))
      << kbps << " kbit/s";
}

TEST(CutTable, EqualsBruteForceAtEveryBandwidth) {
  int64_t rows = 0;
  for (uint64_t seed = 0; seed < 10'000 && !::testing::Test::HasFailure();
       ++seed) {
    const Problem problem = RandomProblem(seed);
    SCOPED_TRACE(::testing::Message() << "seed " << seed << "\n"
                                      << ProblemText(problem));
    const std::vector<CandidateCut> cuts = EnumerateCuts(problem);
    if (cuts.empty()) {
      EXPECT_THROW(MakeBlockGraph(problem), Error);
      continue;
    }
    const CutTable table = Solve(problem);
    ExpectWellFormed(problem, table);
    for (int64_t kbps = 1; kbps <= 60; ++kbps) {
      ExpectBestAt(problem, table, cuts, kbps);
    }
    rows += static_cast<int64_t>(table.rows.size());
  }
  // The generator must make tables worth testing.
  EXPECT_GT(rows, 2 * 6000);
}

TEST(CutTable, EqualsBruteForceWithAnyWeights) {
  int64_t changed = 0;
  for (uint64_t seed = 0; seed < 2000 && !HasFailure(); ++seed) {
    Problem problem = RandomFeasibleProblem(seed);
    const CutTable of_latency = Solve(problem);
    Random random(seed);
    problem.objective = RandomObjective(&random);
    SCOPED_TRACE(::testing::Message()
                 << "seed " << seed << " " << WeightsText(problem.objective));
    const std::vector<CandidateCut> cuts = EnumerateCuts(problem);
    const CutTable table = Solve(problem);
    ExpectWellFormed(problem, table);
    for (int64_t kbps = 1; kbps <= 60; ++kbps) {
      ExpectBestAt(problem, table, cuts, kbps);
    }
    changed += table.rows != of_latency.rows;
  }
  EXPECT_GT(changed, 500);  // the weights decide
}

// The same problems far away from 1 kbit/s: bytes times `factor` make the same
// rows at bandwidths times `factor`, give or take their rounding.
TEST(CutTable, EqualsBruteForceAtHighBandwidths) {
  for (uint64_t seed = 0; seed < 1000 && !HasFailure(); ++seed) {
    Problem problem = RandomFeasibleProblem(seed);
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    const int64_t factor = 1'000'003;
    for (ProblemTensor& tensor : problem.tensors) {
      if (tensor.bytes) *tensor.bytes *= factor;
    }
    problem.range = {factor, 60 * factor};
    const std::vector<CandidateCut> cuts = EnumerateCuts(problem);
    const CutTable table = Solve(problem);
    ExpectWellFormed(problem, table);
    Random random(seed);
    for (int i = 0; i < 20; ++i) {
      ExpectBestAt(problem, table, cuts, factor + random.Below(59 * factor));
    }
    for (const TableRow& row : table.rows) {
      for (int64_t w = row.min_kbps - 1; w <= row.min_kbps + 1; ++w) {
        const int64_t in_range = std::max(w, problem.range.min_kbps);
        ExpectBestAt(problem, table, cuts,
                     std::min(in_range, problem.range.max_kbps));
      }
      ExpectBestAt(problem, table, cuts, row.max_kbps);
    }
  }
}

TEST(CutTable, EqualsBruteForceOnASingleBandwidth) {
  for (uint64_t seed = 0; seed < 500 && !HasFailure(); ++seed) {
    Problem problem = RandomFeasibleProblem(seed);
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    const int64_t kbps = 1 + static_cast<int64_t>(seed % 60);
    problem.range = {kbps, kbps};
    const CutTable table = Solve(problem);
    EXPECT_EQ(table.rows, (std::vector<TableRow>{{kbps, kbps, 0}}));
    ExpectBestAt(problem, table, EnumerateCuts(problem), kbps);
  }
}

TEST(CutTable, IgnoresTheOrderOfIndependentLayers) {
  // Two branches, written down in two orders.
  Problem problem;
  problem.range = {1, 1000};
  problem.layers = {MakeLayer("a", 900'000, 0), MakeLayer("b", 700'000, 100)};
  problem.tensors = {MakeTensor("x", -1, {0, 1}, 30), MakeTensor("p", 0, {}, 4),
                     MakeTensor("q", 1, {}, 2)};
  problem.tensors[1].result = problem.tensors[2].result = true;
  Problem swapped = problem;
  std::swap(swapped.layers[0], swapped.layers[1]);
  swapped.tensors[1].producer = 1;
  swapped.tensors[2].producer = 0;
  const CutTable table = Solve(problem);
  const CutTable other = Solve(swapped);
  ASSERT_EQ(table.rows, other.rows);
  ASSERT_GT(table.rows.size(), 1u);
  for (size_t c = 0; c < table.cuts.size(); ++c) {
    EXPECT_EQ(table.cuts[c].cut[0], other.cuts[c].cut[1]);
    EXPECT_EQ(table.cuts[c].cut[1], other.cuts[c].cut[0]);
  }
}

// x -> a -> y: 1000 ns on the device against 8e6 / W * bytes.
Problem OneLayer(int64_t device_ns, int64_t bytes) {
  Problem problem;
  problem.layers = {MakeLayer("a", device_ns, 0)};
  problem.tensors = {MakeTensor("x", -1, {0}, bytes),
                     MakeTensor("y", 0, {}, 0)};
  problem.tensors[1].result = true;
  return problem;
}

TEST(CutTable, TieAtTheEndOfTheRangeGivesAOneKbitRow) {
  // 8e6 * 2 / 100 = 160,000: equal at 100 kbit/s, where the server wins.
  Problem problem = OneLayer(160'000, 2);
  problem.range = {1, 100};
  const CutTable table = Solve(problem);
  EXPECT_EQ(table.rows, (std::vector<TableRow>{{1, 99, 0}, {100, 100, 1}}));
  EXPECT_EQ(CutText(table.cuts[0].cut), "D");
  problem.range = {100, 200};
  EXPECT_EQ(Solve(problem).rows, (std::vector<TableRow>{{100, 200, 0}}));
}

TEST(CutTable, TwoTiesAtOnceGiveAOneKbitRowInside) {
  // Times in units of 8e6 ns, so that W * latency = W * ns + bytes. Layer a
  // leaves the device from 10 kbit/s on (its input against its time). Layer b
  // is slower on the server, where its result is wanted: uploading that pays
  // from 11 kbit/s on. At 10 kbit/s both tie and both are on the server.
  Problem problem;
  problem.range = {1, 20};
  problem.layers = {MakeLayer("a", 5 * kByteNsKbps, 0),
                    MakeLayer("b", 0, 4 * kByteNsKbps)};
  problem.tensors = {MakeTensor("x", -1, {0}, 50), MakeTensor("y", -1, {1}, 0),
                     MakeTensor("z", 1, {}, 40)};
  problem.result = Side::kServer;
  problem.tensors[2].result = true;
  const CutTable table = Solve(problem);
  EXPECT_EQ(table.rows,
            (std::vector<TableRow>{{1, 9, 0}, {10, 10, 1}, {11, 20, 2}}));
  EXPECT_EQ(CutText(table.cuts[0].cut), "DS");
  EXPECT_EQ(CutText(table.cuts[1].cut), "SS");
  EXPECT_EQ(CutText(table.cuts[2].cut), "SD");
}

TEST(CutTable, ManyProblemsHaveOneKbitRows) {
  int rows = 0;
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    const CutTable table = Solve(RandomFeasibleProblem(seed));
    for (size_t r = 1; r + 1 < table.rows.size(); ++r) {
      if (table.rows[r].min_kbps == table.rows[r].max_kbps) ++rows;
    }
  }
  EXPECT_GT(rows, 10);
}

TEST(CutTable, NoLayerIsOneEmptyCut) {
  Problem problem;
  problem.tensors = {MakeTensor("x", -1, {}, 100)};
  problem.rtt_ns = 5;
  const CutTable table = Solve(problem);
  ASSERT_EQ(table.cuts.size(), 1u);
  EXPECT_EQ(table.cuts[0].costs, CutCosts());
  EXPECT_EQ(table.rows.size(), 1u);
}

TEST(CutTable, ZeroCostsRunOnTheServer) {
  Problem problem = OneLayer(0, 0);
  const CutTable table = Solve(problem);
  ASSERT_EQ(table.cuts.size(), 2u);
  EXPECT_EQ(CutText(table.cuts[0].cut), "S");
  EXPECT_EQ(CutText(table.cuts[1].cut), "D");  // the fallback
  problem.rtt_ns = 1;
  EXPECT_EQ(CutText(Solve(problem).cuts[0].cut), "D");
}

TEST(CutTable, DeviceOnlyIsLeftOutWhenInfeasible) {
  Problem problem = OneLayer(10, 10);
  problem.layers[0].pinned = Side::kServer;
  const CutTable table = Solve(problem);
  ASSERT_EQ(table.cuts.size(), 1u);
  EXPECT_EQ(CutText(table.cuts[0].cut), "S");
}

TEST(CutTable, ResultOnTheServerIsUploadedFromTheDevice) {
  Problem problem = OneLayer(160'000, 40);
  problem.result = Side::kServer;
  problem.tensors[1].bytes = 2;
  problem.tensors[1].cross_ns = 7;
  problem.rtt_ns = 3;
  problem.range = {1, 1000};
  const CutTable table = Solve(problem);
  ASSERT_EQ(CutText(table.cuts[0].cut), "D");
  EXPECT_EQ(table.cuts[0].costs.uploaded, std::vector<TensorId>{1});
  EXPECT_EQ(table.cuts[0].costs.FixedNs(), 160'010);
  EXPECT_EQ(table.cuts[0].costs.upload_bytes, 2);
  EXPECT_EQ(table.cuts[0].costs.download_bytes, 0);
}

TEST(CutTable, HugeTimesAndBandwidthsAreExact) {
  const int64_t huge = 9'000'000'000'000'000'000;
  Problem problem = OneLayer(huge, 1'000'000'000'000'000'000);
  problem.range = {1, kLimitKbps};
  const CutTable table = Solve(problem);
  const std::vector<CandidateCut> cuts = EnumerateCuts(problem);
  // 8e6 * 1e18 / 9e18 = 888888.9 kbit/s.
  EXPECT_EQ(table.rows,
            (std::vector<TableRow>{{1, 888'888, 0}, {888'889, kLimitKbps, 1}}));
  for (const TableRow& row : table.rows) {
    ExpectBestAt(problem, table, cuts, row.min_kbps);
    ExpectBestAt(problem, table, cuts, row.max_kbps);
  }
  EXPECT_EQ(LatencyNs(table.cuts[1].costs, problem.downlink, kLimitKbps),
            8'000'000'000'000'000);
}

TEST(CutTable, SumsThatOverflowAreErrors) {
  Problem problem = OneLayer(5'000'000'000'000'000'000, 1);
  problem.layers.push_back(problem.layers[0]);
  EXPECT_THROW(MakeBlockGraph(problem), Error);
  problem = OneLayer(1, std::numeric_limits<int64_t>::max());
  problem.tensors[1].bytes = 1;
  EXPECT_THROW(MakeBlockGraph(problem), Error);
}

// A chain whose every tensor is a result has about as many cuts as layers.
// Layers that cost nothing, all in one group, make it large.
TEST(CutTable, HasOnlySoManySidesOfLayers) {
  constexpr int kChain = 600;
  Problem problem;
  problem.tensors = {MakeTensor("input", kModelInput, {0}, 1'000'000)};
  for (int i = 0; i < kChain; ++i) {
    problem.layers.push_back(
        {"", "Op", {1'000'000 + 1'000 * i, 1'000}, {}, {}});
    problem.tensors.push_back(MakeTensor("", i, {i + 1}, 100'000));
    problem.tensors.back().result = true;
  }
  problem.tensors.back().readers.clear();
  const size_t cuts = Solve(problem).rows.size();
  EXPECT_GT(cuts, kChain / 2u);
  problem.layers[0].group = 0;
  problem.layers.resize(kMostSides / cuts + 1, {"", "Op", {}, {}, 0});
  EXPECT_EQ(ErrorIdOf([&] { Solve(problem); }), "E614");
}

TEST(CutTable, RefusesBlocksOfASmallerRange) {
  Problem problem = OneLayer(10, 10);
  const BlockGraph blocks = MakeBlockGraph(problem);
  problem.range.max_kbps = 2 * problem.range.max_kbps;
  EXPECT_THROW(BuildCutTable(problem, blocks), std::logic_error);
}

TEST(FindRow, RefusesBandwidthsOutsideTheTable) {
  Problem problem = OneLayer(10, 10);
  const CutTable table = Solve(problem);
  EXPECT_EQ(FindRow(table, kDefaultMinKbps).min_kbps, kDefaultMinKbps);
  EXPECT_EQ(FindRow(table, kDefaultMaxKbps).max_kbps, kDefaultMaxKbps);
  EXPECT_THROW(FindRow(table, kDefaultMinKbps - 1), std::logic_error);
  EXPECT_THROW(FindRow(table, kDefaultMaxKbps + 1), std::logic_error);
}

}  // namespace
}  // namespace dnncut
