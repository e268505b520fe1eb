// SPDX-License-Identifier: Apache-2.0
#include "compiler/cut_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/error.h"
#include "compiler/min_cut.h"
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
  EXPECT_TRUE(ScaledLatency(chosen.costs, problem.downlink, kbps) ==
              best.At(kbps))
      << kbps << " kbit/s";
}

TEST(CutTable, EqualsBruteForceAtEveryBandwidth) {
  int64_t rows = 0;
  for (uint64_t seed = 0; seed < 3000 && !::testing::Test::HasFailure();
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
  EXPECT_GT(rows, 2 * 2000);
}

}  // namespace
}  // namespace dnncut
