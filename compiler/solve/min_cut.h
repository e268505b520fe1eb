// SPDX-License-Identifier: Apache-2.0
//
// Finds minimum cuts of a CutProblem. LEMON, the graph library, is used in this
// folder only.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "compiler/base/checked_math.h"
#include "compiler/solve/cut_problem.h"

namespace dnncut {

struct MinCut {
  // By BlockId. Of all minimum cuts the one with the smallest device side,
  // which is unique.
  std::vector<bool> on_device;
  // W * the cost of the cut, the constant of the problem included.
  Int128 scaled_cost = 0;
};

// Keeps the network between solves at different bandwidths.
class MinCutSolver {
 public:
  explicit MinCutSolver(const CutProblem& problem);
  ~MinCutSolver();
  MinCutSolver(const MinCutSolver&) = delete;
  MinCutSolver& operator=(const MinCutSolver&) = delete;

  // `kbps` in 1 .. kLimitKbps.
  MinCut Solve(int64_t kbps);

 private:
  struct Network;
  std::unique_ptr<Network> network_;
};

}  // namespace dnncut
