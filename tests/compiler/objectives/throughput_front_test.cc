// SPDX-License-Identifier: Apache-2.0
#include "compiler/objectives/throughput_front.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "tests/testing.h"

namespace dnncut {
namespace {

// A cut as the description of a stream counts it.
struct StreamCut {
  Cut cut;
  int64_t busiest_ns = 0;
  int64_t bytes = 0;
  int64_t latency_ns = 0;  // but for the bytes
  int device_layers = 0;

  Int128 At(int64_t kbps) const {
    return std::max(Int128{kbps} * busiest_ns, Int128{kByteNsKbps} * bytes);
  }
};

// All feasible cuts, with each kind of time counted by itself.
std::vector<StreamCut> EnumerateStream(Problem problem) {
  const auto count = [&problem](const Objective& weights) {
    problem.objective = weights;
    return EnumerateCuts(problem);
  };
  const std::vector<CandidateCut> device = count({1, 0, 0});
  const std::vector<CandidateCut> server = count({0, 0, 1});
  const std::vector<CandidateCut> link = count({0, 1, 0});
  problem.rtt_ns = 0;
  const std::vector<CandidateCut> download = count({0, 1, 0});
  std::vector<StreamCut> cuts;
  for (size_t i = 0; i < device.size(); ++i) {
    cuts.push_back({device[i].cut,
                    std::max({device[i].fixed_ns, server[i].fixed_ns,
                              download[i].fixed_ns}),
                    link[i].link_bytes,
                    device[i].fixed_ns + server[i].fixed_ns + link[i].fixed_ns,
                    device[i].device_layers});
  }
  return cuts;
}

// The server comes first.
bool IsFirstByLayers(const Cut& a, const Cut& b) {
  const auto differ = std::ranges::mismatch(a, b);
  return differ.in1 != a.end() && *differ.in1 == Side::kServer;
}

const StreamCut& BestStream(const std::vector<StreamCut>& cuts, int64_t kbps) {
  return *std::ranges::min_element(
      cuts, [kbps](const StreamCut& a, const StreamCut& b) {
        const auto key = [kbps](const StreamCut& cut) {
          return std::tuple(cut.At(kbps), cut.busiest_ns, cut.bytes,
                            cut.latency_ns, cut.device_layers);
        };
        if (key(a) != key(b)) return key(a) < key(b);
        return IsFirstByLayers(a.cut, b.cut);
      });
}

void ExpectWellFormedRows(const Problem& problem,
                          const ThroughputTable& table) {
  ASSERT_FALSE(table.rows.empty());
  ASSERT_EQ(table.rows.size(), table.cuts.size());
  ASSERT_EQ(table.rows.size(), table.gaps.size());
  EXPECT_EQ(table.rows.front().min_kbps, problem.range.min_kbps);
  EXPECT_EQ(table.rows.back().max_kbps, problem.range.max_kbps);
  for (size_t r = 0; r < table.rows.size(); ++r) {
    EXPECT_LE(table.rows[r].min_kbps, table.rows[r].max_kbps);
    EXPECT_EQ(table.rows[r].cut, static_cast<int>(r));
    EXPECT_TRUE(IsFeasible(problem, table.cuts[r].cut));
    EXPECT_EQ(table.cuts[r].costs, CountCosts(problem, table.cuts[r].cut));
    if (r > 0) {
      EXPECT_EQ(table.rows[r].min_kbps, table.rows[r - 1].max_kbps + 1);
    }
  }
}

const TableRow& RowAt(const ThroughputTable& table, int64_t kbps) {
  return *std::ranges::find_if(
      table.rows, [kbps](const TableRow& row) { return kbps <= row.max_kbps; });
}

void ExpectBestStreamAt(const ThroughputTable& table,
                        const std::vector<StreamCut>& cuts, int64_t kbps) {
  const StreamCut& best = BestStream(cuts, kbps);
  const TableCut& chosen = table.cuts[RowAt(table, kbps).cut];
  EXPECT_EQ(CutText(chosen.cut), CutText(best.cut)) << kbps << " kbit/s";
  EXPECT_EQ(BusiestNs(chosen.costs), best.busiest_ns);
}

TEST(ThroughputFront, EqualsBruteForceInEveryRow) {
  size_t rows = 0;
  for (uint64_t seed = 0; seed < 2000 && !HasFailure(); ++seed) {
    const Problem problem = RandomFeasibleProblem(seed, 8);
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    const std::vector<StreamCut> cuts = EnumerateStream(problem);
    const ThroughputTable table = MakeThroughputTable(problem, {});
    ExpectWellFormedRows(problem, table);
    EXPECT_TRUE(table.is_exact && table.is_canonical);
    for (const TableRow& row : table.rows) {
      const int64_t middle = (row.min_kbps + row.max_kbps) / 2;
      for (const int64_t kbps : {row.min_kbps, middle, row.max_kbps}) {
        ExpectBestStreamAt(table, cuts, kbps);
      }
    }
    rows += table.rows.size();
  }
  EXPECT_GT(rows, 2000u * 3 / 2);
}

// Bytes times a factor make the same rows at bandwidths times the factor, give
// or take their rounding: both sides of each row's ends.
TEST(ThroughputFront, EqualsBruteForceAtTheEndsOfRows) {
  for (uint64_t seed = 0; seed < 500 && !HasFailure(); ++seed) {
    Problem problem = RandomFeasibleProblem(seed, 9);
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    constexpr int64_t kFactor = 1'000'003;
    for (ProblemTensor& tensor : problem.tensors) {
      if (tensor.bytes) *tensor.bytes *= kFactor;
    }
    problem.range = {kFactor, 60 * kFactor};
    const std::vector<StreamCut> cuts = EnumerateStream(problem);
    const ThroughputTable table = MakeThroughputTable(problem, {});
    ExpectWellFormedRows(problem, table);
    for (const TableRow& row : table.rows) {
      for (int64_t kbps = row.min_kbps - 1; kbps <= row.min_kbps + 1; ++kbps) {
        if (kbps < problem.range.min_kbps) continue;
        if (kbps > problem.range.max_kbps) continue;
        ExpectBestStreamAt(table, cuts, kbps);
      }
    }
    ExpectBestStreamAt(table, cuts, problem.range.max_kbps);
  }
}

// No frame takes longer than the gap of its row says.
void ExpectGapsHold(const Problem& problem, const ThroughputTable& table,
                    const std::vector<StreamCut>& cuts) {
  for (size_t r = 0; r < table.rows.size(); ++r) {
    const CutCosts& costs = table.cuts[r].costs;
    for (int64_t kbps = table.rows[r].min_kbps; kbps <= table.rows[r].max_kbps;
         ++kbps) {
      const Int128 found = ScaledFrameNs(
          BusiestNs(costs), costs.LinkBytes(problem.downlink), kbps);
      const Int128 best = BestStream(cuts, kbps).At(kbps);
      const CostRatio ratio =
          found == best ? CostRatio{} : CostRatio{found, best};
      EXPECT_FALSE(table.gaps[r].ratio < ratio) << kbps << " kbit/s";
    }
  }
}

TEST(ThroughputFront, GapsHoldWhenTheSearchEndsEarly) {
  int inexact = 0;
  int wide = 0;
  for (uint64_t seed = 0; seed < 400 && !HasFailure(); ++seed) {
    const Problem problem = RandomFeasibleProblem(seed, 9);
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    const std::vector<StreamCut> cuts = EnumerateStream(problem);
    SearchLimits limits;
    limits.labels = 5 * static_cast<int64_t>(seed % 20);
    if (seed % 4 == 0) limits.nodes = 3;
    const ThroughputTable table = MakeThroughputTable(problem, limits);
    ExpectWellFormedRows(problem, table);
    ExpectGapsHold(problem, table, cuts);
    if (!table.is_exact) {
      ++inexact;
      wide += seed % 4 == 0;
    }
    const ThroughputTable again = MakeThroughputTable(problem, limits);
    EXPECT_EQ(again.rows, table.rows);
    EXPECT_EQ(again.cuts, table.cuts);
  }
  EXPECT_GT(inexact, 100);
  EXPECT_GT(wide, 50);
}

// The clock ends a search, which then still gives feasible cuts.
TEST(ThroughputFront, EndsWhenTheTimeIsUp) {
  const Problem problem = InceptionLikeProblem(400);
  SearchLimits limits;
  limits.ns = 0;
  const ThroughputTable table = MakeThroughputTable(problem, limits);
  ExpectWellFormedRows(problem, table);
  EXPECT_FALSE(table.is_exact);
}

TEST(ThroughputFront, LargeProblemsAreExact) {
  for (const Problem& problem :
       {DenseNetLikeProblem(400), InceptionLikeProblem(300)}) {
    const ThroughputTable table = MakeThroughputTable(problem, {});
    ExpectWellFormedRows(problem, table);
    EXPECT_TRUE(table.is_exact && table.is_canonical);
    for (const FrameGap& gap : table.gaps) EXPECT_EQ(gap.ratio.Excess(), 0);
  }
}

TEST(ThroughputFront, SumsThatDoNotFitAreErrors) {
  Problem problem = RandomFeasibleProblem(3, 6);
  for (ProblemLayer& layer : problem.layers) {
    layer.ns.device = int64_t{1} << 62;
    layer.ns.server = int64_t{1} << 62;
  }
  EXPECT_EQ(ErrorIdOf([&] { MakeThroughputTable(problem, {}); }), "E210");
}

}  // namespace
}  // namespace dnncut
