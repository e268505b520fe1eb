// SPDX-License-Identifier: Apache-2.0
#include "compiler/objectives/universal_front.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "compiler/problem/block_graph.h"
#include "compiler/problem/objective.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using Four = std::array<int64_t, 4>;

// Small numbers, so that cuts tie; `sent` bytes cost `sent_factor` times as
// much of the second cost, those that come down another.
LinePrices RandomPrices(const Problem& problem, Random* random) {
  LinePrices prices;
  const int64_t up = random->Below(3);
  const int64_t down = random->Chance(1, 2) ? up : random->Below(3);
  for (size_t l = 0; l < problem.layers.size(); ++l) {
    PerSide<CostLine>& price = prices.layers.emplace_back();
    price.device.fixed = random->Below(6) * 100'000;
    price.server.fixed = random->Below(3) * 100'000;
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    CostLine& sent = prices.uploads.emplace_back();
    CostLine& received = prices.downloads.emplace_back();
    if (!tensor.bytes) continue;
    sent = {random->Below(2) * 100'000, up * *tensor.bytes};
    if (problem.downlink.kind == Downlink::Kind::kSame) {
      received.bytes = down * *tensor.bytes;
    }
  }
  prices.round_trip.fixed = random->Below(3) * 100'000;
  return prices;
}

Four FourOf(const TwoCosts& costs) {
  return {costs.first.fixed, costs.first.bytes, costs.second.fixed,
          costs.second.bytes};
}

bool IsNoMore(const Four& a, const Four& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
  }
  return true;
}

struct PricedCut {
  Cut cut;
  TwoCosts costs;
  int device_layers = 0;
};

// All feasible cuts; the first cost as tests count it, the second as the prices
// say, which another test holds.
std::vector<PricedCut> EnumeratePriced(const Problem& problem,
                                       const LinePrices& second) {
  std::vector<PricedCut> cuts;
  for (const CandidateCut& cut : EnumerateCuts(problem)) {
    cuts.push_back(
        {cut.cut,
         {{cut.fixed_ns, cut.link_bytes}, CostOf(problem, second, cut.cut)},
         cut.device_layers});
  }
  return cuts;
}

// Of each of the best costs the best cut.
std::map<Four, const PricedCut*> FrontOf(const std::vector<PricedCut>& cuts) {
  std::map<Four, const PricedCut*> front;
  for (const PricedCut& cut : cuts) {
    const Four costs = FourOf(cut.costs);
    if (std::ranges::any_of(cuts, [&](const PricedCut& other) {
          return FourOf(other.costs) != costs &&
                 IsNoMore(FourOf(other.costs), costs);
        })) {
      continue;
    }
    const auto [entry, is_new] = front.try_emplace(costs, &cut);
    const PricedCut& best = *entry->second;
    if (is_new || cut.device_layers > best.device_layers) continue;
    // kDevice < kServer, but the server comes first.
    if (cut.device_layers < best.device_layers || cut.cut > best.cut) {
      entry->second = &cut;
    }
  }
  return front;
}

void ExpectSameFront(const UniversalFront& front,
                     const std::vector<PricedCut>& cuts) {
  const std::map<Four, const PricedCut*> best = FrontOf(cuts);
  EXPECT_TRUE(front.open.empty() && front.is_canonical);
  ASSERT_EQ(front.points.size(), best.size());
  for (const UniversalFront::Point& point : front.points) {
    const auto found = best.find(FourOf(point.costs));
    ASSERT_TRUE(found != best.end());
    EXPECT_EQ(CutText(point.cut.cut), CutText(found->second->cut));
  }
}

std::optional<Int128> LeastSecond(const std::vector<PricedCut>& cuts,
                                  int64_t deadline, int64_t kbps) {
  std::optional<Int128> least;
  for (const PricedCut& cut : cuts) {
    if (cut.costs.first.At(kbps) > Int128{deadline} * kbps) continue;
    const Int128 second = cut.costs.second.At(kbps);
    if (!least || second < *least) least = second;
  }
  return least;
}

Int128 LeastFirst(const std::vector<PricedCut>& cuts, int64_t kbps) {
  Int128 least = cuts[0].costs.first.At(kbps);
  for (const PricedCut& cut : cuts) {
    least = std::min(least, cut.costs.first.At(kbps));
  }
  return least;
}

void ExpectDeadlineMet(const UniversalFront& front,
                       const std::vector<PricedCut>& cuts, int64_t deadline,
                       const BandwidthRange& range) {
  int64_t next = range.min_kbps;
  for (const DeadlineRow& row : MeetDeadline(front, deadline, range)) {
    ASSERT_EQ(row.range.min_kbps, next);
    next = row.range.max_kbps + 1;
    EXPECT_EQ(row.gap.Excess(), 0);
    const TwoCosts& costs = front.points[row.point].costs;
    for (int64_t kbps = row.range.min_kbps; kbps <= row.range.max_kbps;
         ++kbps) {
      const auto least = LeastSecond(cuts, deadline, kbps);
      ASSERT_EQ(row.is_late, !least) << kbps << " kbit/s";
      if (least) {
        EXPECT_TRUE(costs.second.At(kbps) == *least) << kbps << " kbit/s";
        EXPECT_TRUE(costs.first.At(kbps) <= Int128{deadline} * kbps);
      } else {
        EXPECT_TRUE(costs.first.At(kbps) == LeastFirst(cuts, kbps));
      }
    }
  }
  EXPECT_EQ(next, range.max_kbps + 1);
}

void ExpectTradeOffs(const UniversalFront& front,
                     const std::vector<PricedCut>& cuts, int64_t kbps) {
  std::map<Int128, Int128> best;  // the second by the first
  for (const PricedCut& cut : cuts) {
    const auto [entry, is_new] =
        best.try_emplace(cut.costs.first.At(kbps), cut.costs.second.At(kbps));
    entry->second = std::min(entry->second, cut.costs.second.At(kbps));
  }
  std::map<Int128, Int128> expected;
  for (const auto& [first, second] : best) {
    if (!expected.empty() && expected.rbegin()->second <= second) continue;
    expected.emplace(first, second);
  }
  std::map<Int128, Int128> found;
  for (const int i : TradeOffs(front, kbps)) {
    const TwoCosts& costs = front.points[i].costs;
    found.emplace(costs.first.At(kbps), costs.second.At(kbps));
  }
  EXPECT_TRUE(found == expected) << kbps << " kbit/s";
}

TEST(UniversalFront, EqualsBruteForce) {
  size_t points = 0;
  for (uint64_t seed = 0; seed < 2000 && !HasFailure(); ++seed) {
    const Problem problem = RandomFeasibleProblem(seed, 7);
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    Random random(seed);
    const LinePrices second = RandomPrices(problem, &random);
    const std::vector<PricedCut> cuts = EnumeratePriced(problem, second);
    const UniversalFront front =
        MakeUniversalFront(problem, ObjectivePrices(problem), second, {});
    ExpectSameFront(front, cuts);
    points += front.points.size();
  }
  EXPECT_GT(points, 2000u * 3 / 2);
}

TEST(UniversalFront, DeadlinesAndTradeOffsEqualBruteForce) {
  int late = 0;
  int several = 0;
  for (uint64_t seed = 0; seed < 400 && !HasFailure(); ++seed) {
    const Problem problem = RandomFeasibleProblem(seed, 8);
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    Random random(seed);
    const LinePrices second = RandomPrices(problem, &random);
    const std::vector<PricedCut> cuts = EnumeratePriced(problem, second);
    const UniversalFront front =
        MakeUniversalFront(problem, ObjectivePrices(problem), second, {});
    const int64_t kbps = 1 + random.Below(60);
    const int64_t some = static_cast<int64_t>(
        cuts[random.Below(static_cast<int>(cuts.size()))].costs.first.At(kbps) /
        kbps);
    ExpectDeadlineMet(front, cuts, some, problem.range);
    ExpectTradeOffs(front, cuts, kbps);
    const auto rows = MeetDeadline(front, some, problem.range);
    late += rows[0].is_late;
    several += rows.size() > 1;
  }
  EXPECT_GT(late, 50);
  EXPECT_GT(several, 100);
}

TEST(UniversalFront, GapsHoldWhenTheSearchEndsEarly) {
  int inexact = 0;
  for (uint64_t seed = 0; seed < 200 && !HasFailure(); ++seed) {
    const Problem problem = RandomFeasibleProblem(seed, 8);
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    Random random(seed);
    const LinePrices second = RandomPrices(problem, &random);
    const std::vector<PricedCut> cuts = EnumeratePriced(problem, second);
    SearchLimits limits;
    limits.labels = 10 * static_cast<int64_t>(seed % 20);
    if (seed % 4 == 0) limits.nodes = 2;
    const UniversalFront front =
        MakeUniversalFront(problem, ObjectivePrices(problem), second, limits);
    inexact += !front.open.empty();
    for (const PricedCut& cut : cuts) {
      const auto is_no_more = [&](const TwoCosts& costs) {
        return IsNoMore(FourOf(costs), FourOf(cut.costs));
      };
      EXPECT_TRUE(std::ranges::any_of(front.open, is_no_more) ||
                  std::ranges::any_of(front.points,
                                      [&](const UniversalFront::Point& point) {
                                        return is_no_more(point.costs);
                                      }));
    }
    const int64_t deadline = random.Below(10'000'000);
    for (const DeadlineRow& row :
         MeetDeadline(front, deadline, problem.range)) {
      if (row.is_late) continue;
      const int64_t kbps = row.range.max_kbps;
      const CostLine& cost = front.points[row.point].costs.second;
      const Int128 least = LeastSecond(cuts, deadline, kbps).value();
      const CostRatio ratio = cost.At(kbps) == least
                                  ? CostRatio{}
                                  : CostRatio{cost.At(kbps), least};
      EXPECT_FALSE(row.gap < ratio) << kbps << " kbit/s";
    }
  }
  EXPECT_GT(inexact, 50);
}

// The first prices are the objective's; energy is counted as its definition
// says.
TEST(UniversalFront, PricesAreThoseOfCuts) {
  for (uint64_t seed = 0; seed < 300 && !HasFailure(); ++seed) {
    const Problem problem = RandomFeasibleProblem(seed, 8);
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    PowerPrices power;
    power.compute = {5, 1};
    power.waiting = 2;
    power.crossing = 5;
    power.sending = 7;
    power.receiving = 3;
    power.sent_byte = 11;
    power.received_byte = 13;
    const LinePrices energy = PricesOfPower(problem, power);
    const LinePrices time = ObjectivePrices(problem);
    for (const CandidateCut& cut : EnumerateCuts(problem)) {
      const CutCosts costs = CountCosts(problem, cut.cut);
      EXPECT_EQ(CostOf(problem, time, cut.cut),
                (CostLine{cut.fixed_ns, cut.link_bytes}));
      const bool is_free = problem.downlink.kind == Downlink::Kind::kFree;
      const bool is_same = problem.downlink.kind == Downlink::Kind::kSame;
      const int64_t received = is_free ? 0 : costs.download_bytes;
      EXPECT_EQ(
          CostOf(problem, energy, cut.cut),
          (CostLine{5 * costs.ns.device + costs.ns.server + 2 * costs.rtt_ns +
                        5 * costs.cross_ns + 11 * costs.upload_bytes +
                        13 * received + 3 * costs.download_ns,
                    7 * costs.upload_bytes +
                        (is_same ? 3 * costs.download_bytes : 0)}));
    }
  }
}

}  // namespace
}  // namespace dnncut
