// SPDX-License-Identifier: Apache-2.0
#include "compiler/problem/cut.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "compiler/base/error.h"
#include "compiler/problem/cost_counter.h"
#include "compiler/problem/objective.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

TEST(Cut, FeasibilityAndCostsAreThoseOfTheDefinition) {
  int64_t feasible = 0;
  for (uint64_t seed = 0; seed < 1500; ++seed) {
    const Problem problem = RandomProblem(seed, 8);
    SCOPED_TRACE(::testing::Message() << "seed " << seed << "\n"
                                      << ProblemText(problem));
    const std::vector<CandidateCut> cuts = EnumerateCuts(problem);
    const int count = static_cast<int>(problem.layers.size());
    size_t found = 0;
    for (int mask = 0; mask < 1 << count; ++mask) {
      Cut cut(count, Side::kServer);
      for (int l = 0; l < count; ++l) {
        if (mask >> l & 1) cut[l] = Side::kDevice;
      }
      const auto candidate =
          std::find_if(cuts.begin(), cuts.end(),
                       [&](const CandidateCut& c) { return c.cut == cut; });
      ASSERT_EQ(IsFeasible(problem, cut), candidate != cuts.end())
          << CutText(cut);
      if (candidate == cuts.end()) continue;
      ++found;
      const CutCosts costs = CountCosts(problem, cut);
      EXPECT_EQ(costs.FixedNs(), candidate->fixed_ns) << CutText(cut);
      EXPECT_EQ(costs.LinkBytes(problem.downlink), candidate->link_bytes);
      EXPECT_EQ(costs.layers.device, candidate->device_layers);
      EXPECT_EQ(costs.layers.server, count - candidate->device_layers);
      EXPECT_TRUE(LatencyOf(costs, problem.downlink).At(17) ==
                  candidate->At(17));
    }
    EXPECT_EQ(found, cuts.size());
    feasible += static_cast<int64_t>(found);
    if (HasFailure()) return;
  }
  EXPECT_GT(feasible, 10'000);
}

// Whatever cut was counted before.
TEST(Cut, CostsCountedOneAfterTheOtherAreTheSame) {
  for (uint64_t seed = 0; seed < 600; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = RandomFeasibleProblem(seed, 10);
    const std::vector<CandidateCut> cuts = EnumerateCuts(problem);
    Random random(seed);
    CostCounter counter(problem);
    for (int i = 0; i < 20; ++i) {
      const Cut& cut = cuts[random.Below(static_cast<int>(cuts.size()))].cut;
      for (LayerId l = 0; l < std::ssize(cut); ++l) counter.Put(l, cut[l]);
      ASSERT_EQ(counter.cut(), cut);
      ASSERT_EQ(counter.Costs(), CountCosts(problem, cut)) << CutText(cut);
    }
  }
}

// All of them, in an order that moves many layers at once.
TEST(Cut, RulesLookedAtOneAfterTheOtherAreTheSame) {
  int broken = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = RandomProblem(seed, 6);
    const int count = static_cast<int>(problem.layers.size());
    CostCounter counter(problem);
    for (int i = 0; i < (1 << count); ++i) {
      const int number = (i * 37 + 11) % (1 << count);
      Cut cut;
      for (int l = 0; l < count; ++l) {
        cut.push_back((number >> l) % 2 == 0 ? Side::kDevice : Side::kServer);
      }
      counter.Put(cut);
      const bool is_feasible = IsFeasible(problem, cut);
      broken += !is_feasible;
      ASSERT_EQ(counter.IsFeasible(), is_feasible) << CutText(cut);
      if (is_feasible) {
        ASSERT_EQ(counter.Costs(), CountCosts(problem, cut));
      }
    }
  }
  EXPECT_GT(broken, 1000);
}

TEST(Cut, OfAnotherProblemIsNotFeasible) {
  EXPECT_FALSE(IsFeasible(Problem(), Cut(1)));
  EXPECT_THROW(CountCosts(Problem(), Cut(1)), std::logic_error);
}

TEST(LatencyNs, RoundsHalfUp) {
  CutCosts costs;
  costs.ns.device = 10;
  costs.upload_bytes = 1;
  const Downlink downlink;
  EXPECT_EQ(LatencyNs(costs, downlink, 16'000'000), 11);  // 10.5
  EXPECT_EQ(LatencyNs(costs, downlink, 16'000'001), 10);  // 10.49...
  EXPECT_EQ(LatencyNs(costs, downlink, 8'000'000), 11);
  EXPECT_EQ(LatencyNs(costs, downlink, 1), 8'000'010);
}

TEST(LatencyNs, DownloadsCountOnTheLinkOnlyWhenItIsTheSame) {
  CutCosts costs;
  costs.download_bytes = 2;
  costs.download_ns = 5;
  EXPECT_EQ(LatencyNs(costs, {Downlink::Kind::kSame, 0}, 1000), 16'005);
  EXPECT_EQ(LatencyNs(costs, {Downlink::Kind::kFree, 0}, 1000), 5);
  EXPECT_EQ(LatencyNs(costs, {Downlink::Kind::kFixed, 9}, 1000), 5);
}

TEST(LatencyNs, ThatDoesNotFitIsAnError) {
  CutCosts costs;
  costs.upload_bytes = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(LatencyNs(costs, {}, 8'000'000), costs.upload_bytes);
  try {
    LatencyNs(costs, {}, 7'999'999);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "E502");
    EXPECT_EQ(error.exit_code(), ExitCode::kBadInput);
  }
}

TEST(CountCosts, SumsThatOverflowAreErrors) {
  Problem problem;
  problem.layers = {MakeLayer("a", 1, 0), MakeLayer("b", 1, 0)};
  problem.layers[0].ns.device = std::numeric_limits<int64_t>::max();
  EXPECT_THROW(CountCosts(problem, {Side::kDevice, Side::kDevice}), Error);
  EXPECT_EQ(CountCosts(problem, {Side::kDevice, Side::kServer}).ns.device,
            std::numeric_limits<int64_t>::max());
  problem.rtt_ns = 1;  // the parts fit, their sum does not
  EXPECT_THROW(CountCosts(problem, {Side::kDevice, Side::kServer}), Error);
}

TEST(FixedDownloadNs, RoundsUp) {
  const Downlink fixed{Downlink::Kind::kFixed, 3};
  EXPECT_EQ(FixedDownloadNs(fixed, 1), 2'666'667);
  EXPECT_EQ(FixedDownloadNs(fixed, 3), 8'000'000);
  EXPECT_EQ(FixedDownloadNs(fixed, 0), 0);
  EXPECT_EQ(FixedDownloadNs({Downlink::Kind::kSame, 0}, 1), 0);
  EXPECT_EQ(FixedDownloadNs({Downlink::Kind::kFree, 0}, 1), 0);
  EXPECT_THROW(FixedDownloadNs(fixed, std::numeric_limits<int64_t>::max()),
               Error);
}

}  // namespace
}  // namespace dnncut
