// SPDX-License-Identifier: Apache-2.0
//
// Which goals a path can still reach.
//
// A goal limits amounts, and where a cut is looked for the sum of what breaks
// ties. A path reaches it only if
//
// * each amount plus the least of it that is left is at most the limit;
// * for weights >= 0 the weighted sum of what is limited, plus the least
// weighted
//   sum that is left, is at most that of the limits: a Lagrangian bound. What
//   is not limited weighs 0.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "compiler/base/checked_math.h"
#include "compiler/objectives/front_goals.h"
#include "compiler/objectives/label.h"
#include "compiler/objectives/label_pass.h"

namespace dnncut {

class Reach {
 public:
  // `goals` are sorted by their limits, and those of two objectives are such
  // that one limit falls where the other one rises.
  Reach(const PassInput& input, const std::vector<Goal>& goals);

  size_t GoalCount() const { return goals_.size(); }
  // The limit of the only goal on an amount of an objective.
  int64_t LimitOf(int k) const { return goals_[0].limit[ObjectiveOf(k)]; }

  bool IsReached(int goal, int node, const Label& label) const {
    return IsReached(goals_[goal], node, label, LeastValues(node, label));
  }

  // Calls `take` with each goal that the label reaches, until it returns true.
  template <typename Take>
  void ForEach(int node, const Label& label, const Take& take) const {
    const Values values = LeastValues(node, label);
    for (int goal = FirstWith(values[0]); std::cmp_less(goal, goals_.size());
         ++goal) {
      if (input_.question.objectives == 2 &&
          goals_[goal].limit[1] < values[1]) {
        return;
      }
      if (!IsReached(goals_[goal], node, label, values)) continue;
      if (take(goal)) return;
    }
  }

  // What the values of its ends are at least, amount by amount.
  Values LeastValues(int node, const Label& label) const;

  // The same of its ends in a goal: what is over of a weighted sum when all
  // else is at its limit.
  Values LeastValuesIn(int goal, int node, const Label& label) const;

  // How far the label is from leaving a goal that it reaches, in 2^-20 of the
  // limits.
  int64_t RoomIn(int goal, int node, const Label& label) const;

 private:
  struct Bound {
    int test = 0;
    int64_t most = 0;  // that the weighted sum may be
    // By objective: what the limits of all else allow, and the weight of it.
    std::array<Int128, kMostObjectives> of_others = {};
    Values weight = {};
  };

  // A goal, made ready for tests.
  struct Ready {
    Values limit = {};
    int64_t tie_limit = 0;
    std::vector<Bound> bounds;
  };

  int ObjectiveOf(int k) const {
    return input_.question.amounts[static_cast<size_t>(k)].objective;
  }
  Bound MakeBound(const Goal& goal, int test) const;
  int64_t Weighted(int test, int node, const Label& label) const;
  bool IsReached(const Ready& goal, int node, const Label& label,
                 const Values& values) const;
  // The first goal whose first limit is at least this.
  int FirstWith(int64_t value) const;

  const PassInput& input_;
  const int count_;
  std::vector<Ready> goals_;
};

}  // namespace dnncut
