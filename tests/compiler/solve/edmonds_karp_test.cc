// SPDX-License-Identifier: Apache-2.0
//
// The solver against another algorithm of LEMON's on another graph type: one
// that augments paths, where Preflow pushes excess.
#include <gtest/gtest.h>
#include <lemon/core.h>  // which the next one forgets
#include <lemon/edmonds_karp.h>
#include <lemon/smart_graph.h>

#include <vector>

#include "compiler/base/checked_math.h"
#include "compiler/problem/block_graph.h"
#include "compiler/solve/cut_problem.h"
#include "compiler/solve/lemon_maps.h"  // IWYU pragma: keep, maps need it
#include "compiler/solve/min_cut.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

using Digraph = lemon::SmartDigraph;
using Capacities = Digraph::ArcMap<Int128>;
using EdmondsKarp = lemon::EdmondsKarp<Digraph, Capacities>;

// The minimum cut with the smallest device side, found from the device.
MinCut SolveByPaths(const CutProblem& problem, int64_t kbps) {
  Digraph digraph;
  digraph.reserveNode(problem.node_count);
  for (int n = 0; n < problem.node_count; ++n) digraph.addNode();
  Int128 infinite = 1;
  for (const Arc& arc : problem.arcs) {
    infinite += arc.cost.At(kbps);
  }
  Capacities capacities(digraph);
  for (const Arc& arc : problem.arcs) {
    capacities[digraph.addArc(Digraph::nodeFromId(arc.from),
                              Digraph::nodeFromId(arc.to))] =
        arc.infinite ? infinite : arc.cost.At(kbps);
  }
  EdmondsKarp solver(digraph, capacities, Digraph::nodeFromId(problem.source),
                     Digraph::nodeFromId(problem.sink));
  solver.run();
  MinCut cut;
  cut.scaled_cost = solver.flowValue() + problem.constant.At(kbps);
  for (int b = 0; b < problem.block_count; ++b) {
    cut.on_device.push_back(solver.minCut(Digraph::nodeFromId(b)));
  }
  return cut;
}

void ExpectSame(const Problem& problem, const std::vector<int64_t>& all_kbps) {
  const CutProblem network =
      MakeCutProblem(MakeBlockGraph(problem), problem.rtt_ns);
  MinCutSolver solver(network);
  for (const int64_t kbps : all_kbps) {
    const MinCut by_preflow = solver.Solve(kbps);
    const MinCut by_paths = SolveByPaths(network, kbps);
    EXPECT_TRUE(by_preflow.scaled_cost == by_paths.scaled_cost) << kbps;
    EXPECT_EQ(by_preflow.on_device, by_paths.on_device) << kbps;
  }
}

TEST(EdmondsKarp, EqualsTheSolverOnRandomProblems) {
  for (uint64_t seed = 0; seed < 2000 && !HasFailure(); ++seed) {
    Problem problem = RandomProblem(seed, 100);
    // Of so many layers some would always clash.
    for (ProblemLayer& layer : problem.layers) layer.pinned.reset();
    for (ProblemTensor& tensor : problem.tensors) {
      tensor.bytes = tensor.bytes.value_or(3);
    }
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    ExpectSame(problem, {1, 7, 20, 60, 1'000'000'000});
  }
}

TEST(EdmondsKarp, EqualsTheSolverOnLargeProblems) {
  ExpectSame(InceptionLikeProblem(2000), {64, 470, 5000, 10'000'000});
  ExpectSame(DenseNetLikeProblem(2000), {64, 470, 5000, 10'000'000});
}

}  // namespace
}  // namespace dnncut
