// SPDX-License-Identifier: Apache-2.0
//
// The network and its solver against a second maximum flow algorithm that
// shares nothing with them but the arcs.
#include "compiler/solve/min_cut.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <queue>

#include "compiler/problem/objective.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

// Dinic's algorithm (1970), as plain as it gets.
class Dinic {
 public:
  Dinic(const CutProblem& problem, int64_t kbps)
      : problem_(problem), out_(problem.node_count) {
    Int128 infinite = 1;
    for (const Arc& arc : problem.arcs) infinite += arc.cost.At(kbps);
    for (const Arc& arc : problem.arcs) {
      out_[arc.from].push_back(static_cast<int>(ends_.size()));
      ends_.push_back({arc.to, arc.infinite ? infinite : arc.cost.At(kbps)});
      out_[arc.to].push_back(static_cast<int>(ends_.size()));
      ends_.push_back({arc.from, 0});
    }
    value_ = problem.constant.At(kbps);
    while (Label()) {
      next_.assign(problem.node_count, 0);
      while (const Int128 pushed = Augment()) value_ += pushed;
    }
  }

  Int128 value() const { return value_; }

  // What can be reached from the source once the flow is maximal.
  std::vector<bool> Side() const {
    std::vector<bool> side;
    for (int b = 0; b < problem_.block_count; ++b) {
      side.push_back(level_[b] >= 0);
    }
    return side;
  }

 private:
  struct End {
    int to = 0;
    Int128 residual = 0;
  };

  bool Label() {
    level_.assign(problem_.node_count, -1);
    level_[problem_.source] = 0;
    std::queue<int> queue;
    queue.push(problem_.source);
    while (!queue.empty()) {
      const int node = queue.front();
      queue.pop();
      for (int e : out_[node]) {
        if (ends_[e].residual == 0 || level_[ends_[e].to] >= 0) continue;
        level_[ends_[e].to] = level_[node] + 1;
        queue.push(ends_[e].to);
      }
    }
    return level_[problem_.sink] >= 0;
  }

  // Along one shortest path; 0 when there is none left.
  Int128 Augment() {
    std::vector<int> path;
    int node = problem_.source;
    while (node != problem_.sink) {
      int& next = next_[node];
      const auto& out = out_[node];
      while (next < static_cast<int>(out.size()) &&
             (ends_[out[next]].residual == 0 ||
              level_[ends_[out[next]].to] != level_[node] + 1)) {
        ++next;
      }
      if (next < static_cast<int>(out.size())) {
        path.push_back(out[next]);
        node = ends_[out[next]].to;
      } else if (path.empty()) {
        return 0;
      } else {
        node = ends_[path.back() ^ 1].to;
        path.pop_back();
        ++next_[node];
      }
    }
    Int128 least = ends_[path.front()].residual;
    for (int e : path) least = std::min(least, ends_[e].residual);
    for (int e : path) {
      ends_[e].residual -= least;
      ends_[e ^ 1].residual += least;
    }
    return least;
  }

  const CutProblem& problem_;
  std::vector<std::vector<int>> out_;
  std::vector<End> ends_;  // arc 2i and its reverse 2i+1
  std::vector<int> level_;
  std::vector<int> next_;
  Int128 value_ = 0;
};

void ExpectSameAsDinic(const CutProblem& problem, MinCutSolver* solver,
                       int64_t kbps) {
  const MinCut cut = solver->Solve(kbps);
  const Dinic dinic(problem, kbps);
  EXPECT_TRUE(cut.scaled_cost == dinic.value()) << kbps << " kbit/s";
  EXPECT_EQ(cut.on_device, dinic.Side()) << kbps << " kbit/s";
}

TEST(MinCut, EqualsDinicOnRandomProblems) {
  for (uint64_t seed = 0; seed < 300 && !::testing::Test::HasFailure();
       ++seed) {
    Problem problem = RandomProblem(seed, 200);
    // Of 200 layers some would always clash.
    for (ProblemLayer& layer : problem.layers) layer.pinned.reset();
    for (ProblemTensor& t : problem.tensors) t.bytes = t.bytes.value_or(3);
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    const BlockGraph blocks = MakeBlockGraph(problem);
    const CutProblem network = MakeCutProblem(blocks, problem.rtt_ns);
    MinCutSolver solver(network);
    for (int64_t kbps : {20, 1, 60, 7, 1'000'000'000}) {
      ExpectSameAsDinic(network, &solver, kbps);
      const Cut cut = ExpandCut(blocks, solver.Solve(kbps).on_device,
                                static_cast<int>(problem.layers.size()));
      ASSERT_TRUE(IsFeasible(problem, cut));
      EXPECT_TRUE(
          LatencyOf(CountCosts(problem, cut), problem.downlink).At(kbps) ==
          solver.Solve(kbps).scaled_cost);
    }
  }
}

TEST(MinCut, EqualsDinicOnLargeNetworks) {
  for (const Problem& problem :
       {DenseNetLikeProblem(700), InceptionLikeProblem(2000)}) {
    const CutProblem network =
        MakeCutProblem(MakeBlockGraph(problem), problem.rtt_ns);
    MinCutSolver solver(network);
    for (int64_t kbps : {64, 300, 470, 1000, 5000, 100'000, 10'000'000}) {
      ExpectSameAsDinic(network, &solver, kbps);
    }
  }
}

TEST(MinCut, WorksWithTheLargestCapacities) {
  // A chain with 9.2e18 ns and 9.2e18 bytes in all, at 1 Tbit/s.
  Problem problem;
  problem.range = {1, kLimitKbps};
  const int64_t part = std::numeric_limits<int64_t>::max() / 100;
  for (int l = 0; l < 98; ++l) {
    problem.layers.push_back(MakeLayer("", part, part - l));
    problem.tensors.push_back(MakeTensor("", l - 1, {l}, part - 7 * l));
  }
  const CutProblem network = MakeCutProblem(MakeBlockGraph(problem), part);
  MinCutSolver solver(network);
  for (int64_t kbps : {int64_t{1}, int64_t{8'000'000}, kLimitKbps}) {
    ExpectSameAsDinic(network, &solver, kbps);
  }
}

TEST(MinCut, HasAConstantNumberOfNodesBesidesBlocksAndHelpers) {
  // a -> b, c: one helper for the tensor, one for the round trip.
  Problem problem;
  problem.layers = {MakeLayer("a", 1, 1), MakeLayer("b", 1, 1),
                    MakeLayer("c", 1, 1)};
  problem.tensors = {MakeTensor("x", -1, {0}, 1),
                     MakeTensor("y", 0, {1, 2}, 1)};
  const BlockGraph blocks = MakeBlockGraph(problem);
  EXPECT_EQ(MakeCutProblem(blocks, 0).node_count, 4 + 1 + 1);
  EXPECT_EQ(MakeCutProblem(blocks, 5).node_count, 4 + 1 + 2);
  for (const Arc& arc : MakeCutProblem(blocks, 5).arcs) {
    EXPECT_TRUE(!arc.infinite || (arc.from != 0 && arc.to != 4));
    EXPECT_TRUE(arc.to != 0 && arc.from != 4);
  }
}

TEST(MinCut, RefusesBandwidthsOutOfRange) {
  MinCutSolver solver(MakeCutProblem(MakeBlockGraph(Problem()), 0));
  EXPECT_EQ(solver.Solve(1).on_device, std::vector<bool>{true});
  EXPECT_THROW(solver.Solve(0), std::logic_error);
  EXPECT_THROW(solver.Solve(kLimitKbps + 1), std::logic_error);
}

}  // namespace
}  // namespace dnncut
