// SPDX-License-Identifier: Apache-2.0
#include "compiler/table/approximate_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <tuple>

#include "compiler/base/error.h"
#include "compiler/problem/objective.h"
#include "compiler/table/regret.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

// latency / best latency; small enough here for products in 128 bits.
struct Fraction {
  Int128 over = 1;
  Int128 under = 1;

  bool operator<(const Fraction& other) const {
    return over * other.under < other.over * under;
  }
};

Fraction RegretAt(const Problem& problem, const CutTable& exact, int cut,
                  int64_t kbps) {
  const auto scaled = [&](int c) {
    return LatencyOf(exact.cuts[c].costs, problem.downlink).At(kbps);
  };
  const Int128 best = scaled(FindRow(exact, kbps).cut);
  if (scaled(cut) == best) return {};
  return {scaled(cut), best};
}

struct Worst {
  Fraction regret;
  int64_t kbps = 0;
};

// Of a table made of `exact`, bandwidth by bandwidth.
Worst WorstOf(const Problem& problem, const CutTable& exact,
              const CutTable& table) {
  Worst worst{{}, problem.range.min_kbps};
  for (int64_t w = problem.range.min_kbps; w <= problem.range.max_kbps; ++w) {
    const Cut& used = table.cuts[FindRow(table, w).cut].cut;
    int cut = 0;
    while (exact.cuts[cut].cut != used) ++cut;
    const Fraction regret = RegretAt(problem, exact, cut, w);
    if (worst.regret < regret) worst = {regret, w};
  }
  return worst;
}

Fraction WorstOfSubset(const Problem& problem, const CutTable& exact,
                       uint32_t subset) {
  Fraction worst;
  for (int64_t w = problem.range.min_kbps; w <= problem.range.max_kbps; ++w) {
    std::optional<Fraction> least;
    for (size_t c = 0; c < exact.cuts.size(); ++c) {
      if ((subset >> c & 1) == 0) continue;
      const Fraction regret = RegretAt(problem, exact, static_cast<int>(c), w);
      if (!least || regret < *least) least = regret;
    }
    worst = std::max(worst, *least);
  }
  return worst;
}

void ExpectWellFormed(const Problem& problem, const CutTable& exact,
                      const CutTable& table) {
  EXPECT_EQ(table.rows.front().min_kbps, problem.range.min_kbps);
  EXPECT_EQ(table.rows.back().max_kbps, problem.range.max_kbps);
  int known = 0;
  for (size_t r = 0; r < table.rows.size(); ++r) {
    EXPECT_LE(table.rows[r].cut, known) << "cuts are not in order of rows";
    known = std::max(known, table.rows[r].cut + 1);
    if (r == 0) continue;
    EXPECT_EQ(table.rows[r].min_kbps, table.rows[r - 1].max_kbps + 1);
    EXPECT_NE(table.rows[r].cut, table.rows[r - 1].cut);
  }
  const Cut device_only(problem.layers.size(), Side::kDevice);
  const auto count = [&](const CutTable& t) {
    return std::count_if(t.cuts.begin(), t.cuts.end(), [&](const TableCut& c) {
      return c.cut == device_only;
    });
  };
  EXPECT_EQ(count(table), count(exact));
  EXPECT_LE(static_cast<int>(table.cuts.size()), known + 1);
}

void ExpectStatedRegret(const Problem& problem, const CutTable& exact,
                        const CutTable& table, const std::string& kind) {
  ASSERT_TRUE(table.approximation);
  const Worst worst = WorstOf(problem, exact, table);
  EXPECT_EQ(table.approximation->kind, kind);
  EXPECT_EQ(table.approximation->worst_kbps, worst.kbps);
  const Int128 excess = worst.regret.over - worst.regret.under;
  EXPECT_EQ(
      table.approximation->worst_regret,
      static_cast<double>(excess) / static_cast<double>(worst.regret.under));
}

// Layers that make ever less data, for tables with many rows.
Problem Staircase(uint64_t seed) {
  Random random(seed);
  Problem problem;
  problem.range = {1, 150};
  problem.result = random.Chance(1, 2) ? Side::kServer : Side::kDevice;
  int64_t bytes = 60;
  const int count = 4 + random.Below(6);
  for (int t = 0; t <= count; ++t) {
    ProblemTensor tensor;
    tensor.producer = t - 1;
    tensor.bytes = bytes;
    if (t < count) tensor.readers = {t};
    tensor.result = t == count;
    problem.tensors.push_back(tensor);
    bytes = std::max(0, static_cast<int>(bytes) - random.Below(20));
  }
  int64_t ns = 200'000;
  for (int l = 0; l < count; ++l) {
    ProblemLayer layer;
    layer.ns.device = ns;
    ns += ns * random.Below(20) / 10;
    problem.layers.push_back(layer);
  }
  return problem;
}

Problem ProblemOf(uint64_t seed) {
  return seed % 2 == 0 ? Staircase(seed) : RandomFeasibleProblem(seed);
}

// Every bandwidth gets the best of the cuts that have a row; on a tie the one
// with fewer device layers, then the first in the exact table.
void ExpectBestOfKept(const Problem& problem, const CutTable& exact,
                      const CutTable& kept) {
  std::vector<int> numbers;  // in the exact table, of the cuts with a row
  for (const TableRow& row : kept.rows) {
    int number = 0;
    while (exact.cuts[number].cut != kept.cuts[row.cut].cut) ++number;
    numbers.push_back(number);
  }
  for (int64_t w = problem.range.min_kbps; w <= problem.range.max_kbps; ++w) {
    const auto key = [&](int number) {
      const CutCosts& costs = exact.cuts[number].costs;
      return std::tuple(LatencyOf(costs, problem.downlink).At(w),
                        costs.layers.device, number);
    };
    const int best =
        *std::min_element(numbers.begin(), numbers.end(),
                          [&](int a, int b) { return key(a) < key(b); });
    EXPECT_EQ(CutText(kept.cuts[FindRow(kept, w).cut].cut),
              CutText(exact.cuts[best].cut))
        << w;
  }
}

TEST(KeepCuts, EqualsTheBestOfAllSubsets) {
  int64_t tables = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    const Problem problem = ProblemOf(seed);
    const CutTable exact = BuildCutTable(problem, MakeBlockGraph(problem));
    const int count = static_cast<int>(exact.cuts.size());
    if (count < 2 || count > 9) continue;
    SCOPED_TRACE(::testing::Message() << "seed " << seed << "\n"
                                      << ProblemText(problem));
    std::vector<std::optional<Fraction>> least(count + 1);
    for (uint32_t subset = 1; subset < 1u << count; ++subset) {
      const Fraction worst = WorstOfSubset(problem, exact, subset);
      const int size = __builtin_popcount(subset);
      if (!least[size] || worst < *least[size]) least[size] = worst;
    }
    for (int keep = 1; keep <= count; ++keep) {
      const CutTable kept = KeepCuts(problem, exact, keep);
      ExpectWellFormed(problem, exact, kept);
      ExpectStatedRegret(problem, exact, kept, "max-cuts");
      ExpectBestOfKept(problem, exact, kept);
      const Fraction worst = WorstOf(problem, exact, kept).regret;
      EXPECT_FALSE(*least[keep] < worst || worst < *least[keep])
          << keep << " cuts";
      std::vector<bool> used(count, false);
      for (const TableRow& row : kept.rows) used[row.cut] = true;
      EXPECT_LE(std::count(used.begin(), used.end(), true), keep);
      ++tables;
    }
    EXPECT_EQ(KeepCuts(problem, exact, count).rows, exact.rows);
    if (HasFailure()) return;
  }
  EXPECT_GT(tables, 800);
}

TEST(ApplyBuckets, EqualsTheBestCutOfEachBucket) {
  for (uint64_t seed = 0; seed < 400; ++seed) {
    const Problem problem = ProblemOf(seed);
    const CutTable exact = BuildCutTable(problem, MakeBlockGraph(problem));
    SCOPED_TRACE(::testing::Message() << "seed " << seed << "\n"
                                      << ProblemText(problem));
    Random random(seed);
    std::vector<int64_t> bounds;
    for (int64_t bound = random.Below(30); bound < 200;
         bound += 1 + random.Below(60)) {
      bounds.push_back(bound);
    }
    const CutTable table = ApplyBuckets(problem, exact, bounds);
    ExpectWellFormed(problem, exact, table);
    ExpectStatedRegret(problem, exact, table, "buckets");
    for (size_t b = 0; b < bounds.size(); ++b) {
      const int64_t from = b == 0 ? problem.range.min_kbps
                                  : std::max(bounds[b], problem.range.min_kbps);
      const int64_t to =
          std::min(problem.range.max_kbps,
                   b + 1 < bounds.size() ? bounds[b + 1] - 1 : int64_t{1000});
      if (from > to) continue;
      int best = -1;
      Fraction least;
      for (size_t c = 0; c < exact.cuts.size(); ++c) {
        Fraction worst;
        for (int64_t w = from; w <= to; ++w) {
          worst =
              std::max(worst, RegretAt(problem, exact, static_cast<int>(c), w));
        }
        if (best == -1 || worst < least) {
          best = static_cast<int>(c);
          least = worst;
        }
      }
      for (int64_t w = from; w <= to; ++w) {
        EXPECT_EQ(CutText(table.cuts[FindRow(table, w).cut].cut),
                  CutText(exact.cuts[best].cut))
            << w;
      }
    }
    if (HasFailure()) return;
  }
}

TEST(ApplyBuckets, WithoutBoundsIsOneBucket) {
  const Problem problem = Staircase(2);
  const CutTable exact = BuildCutTable(problem, MakeBlockGraph(problem));
  EXPECT_EQ(ApplyBuckets(problem, exact, {}).rows.size(), 1u);
  EXPECT_EQ(ApplyBuckets(problem, exact, {7}).rows.size(), 1u);
}

TEST(ApplyBuckets, RefusesBoundsThatDoNotAscend) {
  const Problem problem = Staircase(2);
  const CutTable exact = BuildCutTable(problem, MakeBlockGraph(problem));
  EXPECT_THROW(ApplyBuckets(problem, exact, {100, 100}), std::logic_error);
  EXPECT_THROW(ApplyBuckets(problem, exact, {100, 50}), std::logic_error);
}

TEST(Approximation, WithoutAnyCostsNothingIsRegretted) {
  Problem problem = Staircase(2);
  problem.result = Side::kDevice;
  for (ProblemLayer& layer : problem.layers) layer.ns.device = 0;
  for (ProblemTensor& tensor : problem.tensors) tensor.bytes = 0;
  const CutTable exact = BuildCutTable(problem, MakeBlockGraph(problem));
  ASSERT_EQ(exact.cuts.size(), 2u);  // everything on the server is the smallest
  const CutTable kept = KeepCuts(problem, exact, 1);
  EXPECT_EQ(kept.rows, exact.rows);
  EXPECT_EQ(kept.approximation->worst_regret, 0);
  EXPECT_EQ(kept.approximation->worst_kbps, problem.range.min_kbps);
}

TEST(RegretMeter, TiesGoToFewerDeviceLayersThenToTheLowerNumber) {
  // Equal at 10 kbit/s.
  CutTable table;
  table.cuts.resize(2);
  table.cuts[0].costs.ns.device = 2 * kByteNsKbps;
  table.cuts[1].costs.ns.device = kByteNsKbps;
  table.cuts[1].costs.upload_bytes = 10;
  table.rows = {{1, 20, 0}};
  using Rows = std::vector<TableRow>;
  EXPECT_EQ(RegretMeter(Problem(), table).BestRows({0, 1}, 1, 20),
            (Rows{{1, 10, 0}, {11, 20, 1}}));
  table.cuts[0].costs.layers.device = 1;
  EXPECT_EQ(RegretMeter(Problem(), table).BestRows({0, 1}, 1, 20),
            (Rows{{1, 9, 0}, {10, 20, 1}}));
  table.cuts[1].costs.layers.device = 2;
  EXPECT_EQ(RegretMeter(Problem(), table).BestRows({0, 1}, 1, 20),
            (Rows{{1, 10, 0}, {11, 20, 1}}));
}

}  // namespace
}  // namespace dnncut
