// SPDX-License-Identifier: Apache-2.0
//
// The solver does not believe the library that finds the flow: min_cut.cc,
// compiled again with one that errs.
#include "tests/compiler/solve/wrong_flow.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "compiler/problem/block_graph.h"
#include "compiler/solve/cut_problem.h"
#include "compiler/solve/min_cut.h"
#include "tests/testing.h"

namespace dnncut {
namespace {

constexpr int64_t kKbps = 1000;

TEST(WrongFlowTest, TheSolverRefusesIt) {
  const Problem problem = DenseNetLikeProblem(40);
  MinCutSolver solver(MakeCutProblem(MakeBlockGraph(problem), problem.rtt_ns));
  const MinCut right = solver.Solve(kKbps);
  for (const WrongFlow wrong :
       {WrongFlow::kValue, WrongFlow::kTooLittle, WrongFlow::kTooMuch}) {
    wrong_flow = wrong;
    EXPECT_THROW(solver.Solve(kKbps), std::logic_error)
        << static_cast<int>(wrong);
  }
  wrong_flow = WrongFlow::kNone;
  EXPECT_EQ(solver.Solve(kKbps).on_device, right.on_device);
}

}  // namespace
}  // namespace dnncut
