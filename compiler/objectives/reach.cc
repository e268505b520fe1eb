// SPDX-License-Identifier: Apache-2.0
#include "compiler/objectives/reach.h"

#include <algorithm>

namespace dnncut {

Reach::Reach(const PassInput& input, const std::vector<Goal>& goals)
    : input_(input), count_(input.graph.amounts) {
  for (const Goal& goal : goals) {
    Ready ready = {goal.limit, goal.tie_limit, {}};
    for (const int test : goal.tests) {
      ready.bounds.push_back(MakeBound(goal, test));
    }
    goals_.push_back(std::move(ready));
  }
}

Reach::Bound Reach::MakeBound(const Goal& goal, int id) const {
  const ReachTest& test = input_.tests[id];
  Bound bound;
  bound.test = id;
  for (int k = 0; k < count_; ++k) {
    if (ObjectiveOf(k) < 0) continue;
    bound.weight[ObjectiveOf(k)] += test.weights[k];
  }
  Int128 most = Int128{test.tie} * goal.tie_limit;
  for (size_t m = 0; m < kMostObjectives; ++m) {
    most += Int128{bound.weight[m]} * goal.limit[m];
  }
  for (size_t m = 0; m < kMostObjectives; ++m) {
    bound.of_others[m] = most - Int128{bound.weight[m]} * goal.limit[m];
  }
  bound.most = static_cast<int64_t>(std::min<Int128>(most, kNoLimit));
  return bound;
}

int64_t Reach::Weighted(int id, int node, const Label& label) const {
  const ReachTest& test = input_.tests[id];
  int64_t sum = test.least[node] + test.tie * label.tie;
  for (int k = 0; k < count_; ++k) sum += test.weights[k] * label.paid[k];
  return sum;
}

Values Reach::LeastValues(int node, const Label& label) const {
  Values values = {};
  for (int k = 0; k < count_; ++k) {
    if (ObjectiveOf(k) < 0) continue;
    int64_t& value = values[ObjectiveOf(k)];
    value = std::max(value, label.paid[k] + input_.least[node][k]);
  }
  return values;
}

bool Reach::IsReached(const Ready& goal, int node, const Label& label,
                      const Values& values) const {
  if (!IsAtMost(values, goal.limit) || label.tie > goal.tie_limit) return false;
  return std::ranges::all_of(goal.bounds, [&](const Bound& bound) {
    return Weighted(bound.test, node, label) <= bound.most;
  });
}

int Reach::FirstWith(int64_t value) const {
  const auto first = std::ranges::lower_bound(
      goals_, value, {}, [](const Ready& goal) { return goal.limit[0]; });
  return static_cast<int>(first - goals_.begin());
}

Values Reach::LeastValuesIn(int goal, int node, const Label& label) const {
  Values from = LeastValues(node, label);
  for (const Bound& bound : goals_[goal].bounds) {
    const int64_t sum = Weighted(bound.test, node, label);
    for (int m = 0; m < input_.question.objectives; ++m) {
      const Int128 left = sum - bound.of_others[m];
      const int64_t weight = bound.weight[m];
      if (weight == 0 || left <= 0) continue;
      from[m] =
          std::max(from[m], static_cast<int64_t>((left + weight - 1) / weight));
    }
  }
  return from;
}

int64_t Reach::RoomIn(int goal, int node, const Label& label) const {
  const Ready& ready = goals_[goal];
  constexpr int64_t kWhole = int64_t{1} << 20;
  int64_t room = kWhole;
  const auto take = [&room](int64_t limit, int64_t reached) {
    if (limit == kNoLimit) return;
    const Int128 part =
        Int128{limit - reached} * kWhole / std::max<int64_t>(limit, 1);
    room = std::min(room, static_cast<int64_t>(part));
  };
  const Values values = LeastValues(node, label);
  for (int m = 0; m < input_.question.objectives; ++m) {
    take(ready.limit[m], values[m]);
  }
  for (const Bound& bound : ready.bounds) {
    take(bound.most, Weighted(bound.test, node, label));
  }
  return room;
}

}  // namespace dnncut
