// SPDX-License-Identifier: Apache-2.0
#include "compiler/objectives/front_goals.h"

#include <algorithm>

namespace dnncut {
namespace {

// Goals with a limit below that of others are left out: an unknown cut in one
// is in the other one, too. Of equal ones the first stays. The order is that of
// their limits.
void Tidy(std::vector<Goal>* goals) {
  std::ranges::stable_sort(*goals, {}, &Goal::limit);
  std::vector<Goal> kept;
  for (size_t i = 0; i < goals->size(); ++i) {
    bool is_inside = false;
    for (size_t j = 0; j < goals->size() && !is_inside; ++j) {
      is_inside = IsAtMost((*goals)[i].limit, (*goals)[j].limit) && i != j &&
                  ((*goals)[i].limit != (*goals)[j].limit || j < i);
    }
    if (!is_inside) kept.push_back(std::move((*goals)[i]));
  }
  *goals = std::move(kept);
}

}  // namespace

bool IsAtMost(const Values& a, const Values& b) {
  for (size_t m = 0; m < a.size(); ++m) {
    if (a[m] > b[m]) return false;
  }
  return true;
}

void Exclude(const Values& known, int objectives, std::vector<Goal>* goals) {
  std::vector<Goal> result;
  bool has_changed = false;
  for (Goal& goal : *goals) {
    if (!IsAtMost(known, goal.limit)) {
      result.push_back(std::move(goal));
      continue;
    }
    has_changed = true;
    for (int m = 0; m < objectives; ++m) {
      Goal part = {goal.from, goal.limit, goal.tie_limit, goal.tests, false};
      part.limit[m] = known[m] - 1;
      if (part.limit[m] >= part.from[m]) result.push_back(std::move(part));
    }
  }
  *goals = std::move(result);
  if (has_changed) Tidy(goals);
}

void Restrict(const Values& most, int objectives, std::vector<Goal>* goals) {
  bool has_changed = false;
  for (Goal& goal : *goals) {
    for (int m = 0; m < objectives; ++m) {
      if (goal.limit[m] <= most[m]) continue;
      goal.limit[m] = most[m];
      has_changed = true;
    }
  }
  std::erase_if(*goals, [](const Goal& goal) {
    return !IsAtMost(goal.from, goal.limit);
  });
  if (has_changed) Tidy(goals);
}

}  // namespace dnncut
