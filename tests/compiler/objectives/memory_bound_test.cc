// SPDX-License-Identifier: Apache-2.0
#include "compiler/objectives/memory_bound.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>

#include "compiler/objectives/throughput_front.h"
#include "compiler/objectives/universal_front.h"
#include "compiler/problem/memory_use.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

MemoryBound RandomMemory(const Problem& problem, Random* random) {
  MemoryBound memory;
  for (size_t t = 0; t < problem.tensors.size(); ++t) {
    memory.tensor_bytes.push_back({random->Below(20), random->Below(20)});
  }
  const int weights = random->Below(4);
  for (int i = 0; i < weights; ++i) {
    MemoryBound::Weight weight;
    weight.bytes = {random->Below(15), random->Below(15)};
    for (LayerId l = 0; l < std::ssize(problem.layers); ++l) {
      if (random->Chance(1, 3)) weight.readers.push_back(l);
    }
    if (!weight.readers.empty()) memory.weights.push_back(weight);
  }
  for (const Side side : kSides) {
    if (random->Chance(3, 4)) memory.limit[side] = 20 + random->Below(80);
  }
  return memory;
}

// Runs a half layer by layer, with a set of what it holds.
int64_t RunHalf(const Problem& problem, const MemoryBound& memory,
                const Cut& cut, Side side) {
  const auto lies_on = [&](const ProblemTensor& tensor) {
    if (tensor.state_of) return cut[problem.tensors[*tensor.state_of].producer];
    return tensor.producer == kModelInput ? tensor.home : cut[tensor.producer];
  };
  const auto is_read_on = [&](const ProblemTensor& tensor, Side reading) {
    return std::ranges::any_of(
        tensor.readers, [&](LayerId reader) { return cut[reader] == reading; });
  };
  std::set<TensorId> held;
  for (TensorId t = 0; t < std::ssize(problem.tensors); ++t) {
    const ProblemTensor& tensor = problem.tensors[t];
    const bool lies_here = lies_on(tensor) == side;
    const bool goes_up = side == Side::kServer && !lies_here &&
                         WantedOn(problem, tensor) == Side::kServer;
    if (lies_here ? tensor.producer == kModelInput
                  : is_read_on(tensor, side) || goes_up) {
      held.insert(t);
    }
  }
  const auto sum = [&] {
    int64_t bytes = 0;
    for (const TensorId t : held) bytes += memory.tensor_bytes[t][side];
    return bytes;
  };
  std::optional<int64_t> most;
  for (LayerId l = 0; l < std::ssize(cut); ++l) {
    if (cut[l] != side) continue;
    for (TensorId t = 0; t < std::ssize(problem.tensors); ++t) {
      if (problem.tensors[t].producer == l) held.insert(t);
    }
    most = std::max(most.value_or(0), sum());
    // Frees what it made and nobody needs after this layer.
    std::erase_if(held, [&](TensorId t) {
      const ProblemTensor& tensor = problem.tensors[t];
      return tensor.producer != kModelInput && lies_on(tensor) == side &&
             !tensor.result && !is_read_on(tensor, OtherSide(side)) &&
             std::ranges::all_of(tensor.readers,
                                 [l](LayerId reader) { return reader <= l; });
    });
  }
  int64_t weights = 0;
  for (const MemoryBound::Weight& weight : memory.weights) {
    if (std::ranges::any_of(weight.readers,
                            [&](LayerId l) { return cut[l] == side; })) {
      weights += weight.bytes[side];
    }
  }
  return weights + most.value_or(sum());
}

TEST(MemoryBound, IsWhatAHalfHolds) {
  for (uint64_t seed = 0; seed < 500 && !HasFailure(); ++seed) {
    const Problem problem = RandomFeasibleProblem(seed, 8);
    SCOPED_TRACE(::testing::Message() << "seed " << seed << "\n"
                                      << ProblemText(problem));
    Random random(seed);
    const MemoryBound memory = RandomMemory(problem, &random);
    for (const CandidateCut& cut : EnumerateCuts(problem)) {
      const PerSide<MemoryUse> use = CountMemoryUse(problem, memory, cut.cut);
      for (const Side side : kSides) {
        ASSERT_EQ(use[side].Total(), RunHalf(problem, memory, cut.cut, side))
            << CutText(cut.cut) << " " << SideName(side);
      }
    }
  }
}

bool Fits(const Problem& problem, const MemoryBound& memory, const Cut& cut) {
  return std::ranges::all_of(kSides, [&](Side side) {
    return !memory.limit[side] ||
           RunHalf(problem, memory, cut, side) <= *memory.limit[side];
  });
}

// The tables' frame times are the least of all cuts that fit.
TEST(MemoryBound, ThroughputEqualsBruteForce) {
  int nothing_fits = 0;
  int changed = 0;
  for (uint64_t seed = 0; seed < 2000 && !HasFailure(); ++seed) {
    const Problem problem = RandomFeasibleProblem(seed, 6);
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    Random random(seed);
    const MemoryBound memory = RandomMemory(problem, &random);
    std::vector<CutCosts> fitting;
    for (const CandidateCut& cut : EnumerateCuts(problem)) {
      if (!Fits(problem, memory, cut.cut)) continue;
      fitting.push_back(CountCosts(problem, cut.cut));
    }
    const ThroughputTable table = MakeThroughputTable(problem, {}, &memory);
    EXPECT_TRUE(table.is_exact && table.is_canonical);
    ASSERT_EQ(table.rows.empty(), fitting.empty());
    nothing_fits += fitting.empty();
    if (seed % 8 == 0) {
      changed += table.cuts != MakeThroughputTable(problem, {}).cuts;
    }
    for (size_t r = 0; r < table.rows.size(); ++r) {
      EXPECT_TRUE(Fits(problem, memory, table.cuts[r].cut));
      const auto frame = [&](const CutCosts& costs, int64_t kbps) {
        return ScaledFrameNs(BusiestNs(costs),
                             costs.LinkBytes(problem.downlink), kbps);
      };
      for (const int64_t kbps :
           {table.rows[r].min_kbps, table.rows[r].max_kbps}) {
        Int128 least = frame(table.cuts[r].costs, kbps);
        for (const CutCosts& costs : fitting) {
          EXPECT_FALSE(frame(costs, kbps) < least) << kbps << " kbit/s";
        }
      }
    }
  }
  EXPECT_GT(nothing_fits, 100);
  EXPECT_GT(changed, 50);
}

// Latency alone: the second cost, with any deadline met.
TEST(MemoryBound, LatencyEqualsBruteForce) {
  for (uint64_t seed = 0; seed < 500 && !HasFailure(); ++seed) {
    const Problem problem = RandomFeasibleProblem(seed, 7);
    SCOPED_TRACE(::testing::Message() << "seed " << seed << "\n"
                                      << ProblemText(problem));
    Random random(seed);
    const MemoryBound memory = RandomMemory(problem, &random);
    LinePrices nothing = ObjectivePrices(problem);
    for (auto& layer : nothing.layers) layer = {};
    for (auto& upload : nothing.uploads) upload = {};
    for (auto& download : nothing.downloads) download = {};
    nothing.round_trip = {};
    const UniversalFront front = MakeUniversalFront(
        problem, nothing, ObjectivePrices(problem), {}, &memory);
    for (const DeadlineRow& row : MeetDeadline(front, 0, problem.range)) {
      EXPECT_FALSE(row.is_late);
      const CostLine& line = front.points[row.point].costs.second;
      for (const CandidateCut& cut : EnumerateCuts(problem)) {
        if (!Fits(problem, memory, cut.cut)) continue;
        EXPECT_FALSE(cut.At(row.range.min_kbps) < line.At(row.range.min_kbps));
        EXPECT_FALSE(cut.At(row.range.max_kbps) < line.At(row.range.max_kbps));
      }
    }
    for (const UniversalFront::Point& point : front.points) {
      EXPECT_TRUE(Fits(problem, memory, point.cut.cut));
    }
  }
}

}  // namespace
}  // namespace dnncut
