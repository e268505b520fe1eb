// SPDX-License-Identifier: Apache-2.0
//
// What explain says about other cuts, compared with all cuts of small problems.
#include "tools/explain/what_if.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "compiler/problem/objective.h"
#include "compiler/problem/side.h"
#include "compiler/table/next_best.h"
#include "tests/testing.h"
#include "tools/explain/why_held.h"

namespace dnncut {
namespace {

constexpr int kSeeds = 300;
constexpr int kMostLayers = 8;

using Condition = std::function<bool(const Cut&)>;

// The best of the cuts that meet the condition, nullptr for none.
const CandidateCut* BestOf(const std::vector<CandidateCut>& cuts, int64_t kbps,
                           const Condition& condition) {
  const CandidateCut* best = nullptr;
  for (const CandidateCut& cut : cuts) {
    if (!condition(cut.cut)) continue;
    if (best == nullptr || cut.At(kbps) < best->At(kbps)) best = &cut;
  }
  return best;
}

void ExpectSame(const Problem& problem, const std::optional<TableCut>& found,
                const CandidateCut* best, int64_t kbps) {
  ASSERT_EQ(found.has_value(), best != nullptr) << ProblemText(problem);
  if (best == nullptr) return;
  EXPECT_TRUE(IsFeasible(problem, found->cut)) << CutText(found->cut);
  EXPECT_EQ(found->costs, CountCosts(problem, found->cut));
  EXPECT_TRUE(CostOf(found->costs, problem).At(kbps) == best->At(kbps))
      << CutText(found->cut) << " but " << CutText(best->cut) << " at " << kbps
      << "\n"
      << ProblemText(problem);
}

bool IsSent(const Problem& problem, TensorId t, const Cut& cut) {
  const std::vector<TensorId> uploaded = CountCosts(problem, cut).uploaded;
  return std::count(uploaded.begin(), uploaded.end(), t) > 0;
}

// Random problems with all of their cuts, each at a bandwidth of its own. What
// is minimised is the latency of the first half, and of the others any weighted
// sum.
void ForEachProblem(
    const std::function<void(const Problem& problem,
                             const std::vector<CandidateCut>& cuts,
                             int64_t kbps)>& look) {
  for (int seed = 0; seed < 2 * kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    Problem problem = RandomFeasibleProblem(seed, kMostLayers);
    Random random(seed);
    if (seed >= kSeeds) problem.objective = RandomObjective(&random);
    look(problem, EnumerateCuts(problem), 1 + seed % 60);
  }
}

// `found` must be the best of the cuts that meet the condition. Is there none?
bool ExpectBest(const Problem& problem, const std::vector<CandidateCut>& cuts,
                int64_t kbps, const Condition& condition,
                const std::optional<TableCut>& found) {
  const CandidateCut* best = BestOf(cuts, kbps, condition);
  ExpectSame(problem, found, best, kbps);
  if (found) {
    EXPECT_TRUE(condition(found->cut));
  }
  return best == nullptr;
}

TEST(WhatIf, ALayerOnASideIsTheBestOfAllCutsWithIt) {
  int impossible = 0;
  ForEachProblem([&](const Problem& problem,
                     const std::vector<CandidateCut>& cuts, int64_t kbps) {
    for (LayerId l = 0; l < static_cast<int>(problem.layers.size()); ++l) {
      for (const Side side : {Side::kDevice, Side::kServer}) {
        impossible += ExpectBest(
            problem, cuts, kbps, [&](const Cut& cut) { return cut[l] == side; },
            BestCutWith(problem, {{l, side}}, kbps));
      }
    }
  });
  EXPECT_GT(impossible, 100);
}

TEST(WhatIf, TheNextBestIsTheBestOfAllOtherCuts) {
  ForEachProblem([](const Problem& problem,
                    const std::vector<CandidateCut>& cuts, int64_t kbps) {
    NextBestSearch search(problem);
    // Of any cut, the best or not.
    for (const CandidateCut& known : cuts) {
      const NextBest next = search.Find(known.cut, kbps);
      ASSERT_TRUE(next.searched);
      ExpectSame(
          problem, next.cut,
          BestOf(cuts, kbps, [&](const Cut& cut) { return cut != known.cut; }),
          kbps);
      if (next.cut) {
        EXPECT_NE(next.cut->cut, known.cut);
      }
    }
  });
}

TEST(WhatIf, SendingATensorIsTheBestOfAllCutsThatDo) {
  int impossible = 0;
  ForEachProblem([&](const Problem& problem,
                     const std::vector<CandidateCut>& cuts, int64_t kbps) {
    for (TensorId t = 0; t < static_cast<int>(problem.tensors.size()); ++t) {
      impossible += ExpectBest(
          problem, cuts, kbps,
          [&](const Cut& cut) { return IsSent(problem, t, cut); },
          BestCutThatSends(problem, t, kbps));
    }
  });
  EXPECT_GT(impossible, 100);
}

TEST(WhatIf, WideProblemsAreNotSearched) {
  // Every layer is both last and first: n solves.
  Problem problem;
  constexpr int kLayers = 5000;
  for (int l = 0; l < kLayers; ++l) {
    problem.layers.push_back(MakeLayer("l", 1, 1));
    problem.tensors.push_back(MakeTensor("t", kModelInput, {l}, 1));
  }
  const Cut cut(kLayers, Side::kDevice);
  EXPECT_FALSE(NextBestSearch(problem).Find(cut, 1).searched);
}

TEST(WhyHeld, SaysWhyExactlyWhenNoCutHasTheLayerThere) {
  int held = 0;
  ForEachProblem([&](const Problem& problem,
                     const std::vector<CandidateCut>& cuts, int64_t /*kbps*/) {
    const int layers = static_cast<int>(problem.layers.size());
    for (LayerId l = 0; l < layers; ++l) {
      for (const Side side : {Side::kDevice, Side::kServer}) {
        for (LayerId stays = -1; stays < layers; ++stays) {
          if (stays == l) continue;
          // A layer that cannot stay where it is asked to is no reason.
          const auto can_stay = [&](const Cut& cut) {
            return stays == -1 || cut[stays] == OtherSide(side);
          };
          if (BestOf(cuts, 1, can_stay) == nullptr) continue;
          const bool possible = BestOf(cuts, 1, [&](const Cut& cut) {
                                  return can_stay(cut) && cut[l] == side;
                                }) != nullptr;
          const std::optional<WhyHeld> hold = WhyNotOn(problem, l, side, stays);
          EXPECT_EQ(hold.has_value(), !possible)
              << l << " " << SideName(side) << " " << stays << "\n"
              << ProblemText(problem);
          if (!hold) continue;
          ++held;
          EXPECT_EQ(hold->path.first, l);
          EXPECT_FALSE(WhyHeldText(problem, *hold).empty());
        }
      }
    }
  });
  EXPECT_GT(held, 1000);
}

TEST(WhyHeld, WhatMustFollowIsThereInEveryCut) {
  ForEachProblem([&](const Problem& problem,
                     const std::vector<CandidateCut>& cuts, int64_t /*kbps*/) {
    const int layers = static_cast<int>(problem.layers.size());
    for (LayerId l = 0; l < layers; ++l) {
      for (const Side side : {Side::kDevice, Side::kServer}) {
        if (WhyNotOn(problem, l, side)) continue;
        for (const LayerId follower : MustFollow(problem, l, side)) {
          EXPECT_TRUE(BestOf(cuts, 1, [&](const Cut& cut) {
                        return cut[l] == side && cut[follower] != side;
                      }) == nullptr);
        }
      }
    }
  });
}

TEST(WhyHeld, NamesTheWay) {
  // x -> a -> b -> c, c pinned to the device, b and its result never cross.
  Problem problem;
  problem.layers = {MakeLayer("a", 1, 1), MakeLayer("b", 1, 1),
                    MakeLayer("c", 1, 1), MakeLayer("d", 1, 1)};
  problem.tensors = {MakeTensor("x", kModelInput, {0}, 4),
                     MakeTensor("ta", 0, {1}, 4), MakeTensor("tb", 1, {2}, 4),
                     MakeTensor("tc", 2, {3}, 4)};
  problem.layers[2].pinned = Side::kDevice;
  const auto text = [&](LayerId layer, Side side) {
    const std::optional<WhyHeld> hold = WhyNotOn(problem, layer, side);
    return hold ? WhyHeldText(problem, *hold) : "free";
  };
  EXPECT_EQ(text(2, Side::kServer), "'c' is pinned to the device");
  EXPECT_EQ(text(1, Side::kServer),
            "'c' reads 'tb', and nothing flows back to the device; 'c' is "
            "pinned to the device");
  EXPECT_EQ(text(0, Side::kServer),
            "'c' depends on it, 2 layers on, and nothing flows back to the "
            "device; 'c' is pinned to the device");
  EXPECT_EQ(text(3, Side::kServer), "free");
  EXPECT_EQ(MustFollow(problem, 1, Side::kServer),
            (std::vector<LayerId>{2, 3}));
  EXPECT_EQ(MustFollow(problem, 1, Side::kDevice), std::vector<LayerId>{0});
  EXPECT_EQ(text(0, Side::kDevice), "free");
  problem.tensors[3].bytes.reset();
  EXPECT_EQ(text(3, Side::kServer),
            "'c' shares 'tc' with it, which never crosses; 'c' is pinned to "
            "the device");
  problem.layers[2].pinned = Side::kServer;
  problem.tensors[3].bytes = 4;
  EXPECT_EQ(text(3, Side::kDevice),
            "'c' makes its 'tc', and nothing flows back to the device; 'c' is "
            "pinned to the server");
  problem.layers[2].pinned.reset();
  problem.layers[1].pinned = Side::kServer;
  EXPECT_EQ(text(3, Side::kDevice),
            "it depends on 'b', 2 layers back, and nothing flows back to the "
            "device; 'b' is pinned to the server");
}

}  // namespace
}  // namespace dnncut
