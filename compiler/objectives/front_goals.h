// SPDX-License-Identifier: Apache-2.0
//
// Where a point of a front can still be. A goal is a box of values. In the
// beginning it holds everything; what known points are at least as good as is
// taken out, and so is what no cut can have. When no goal is left, the front is
// complete.
//
//   bytes
//     |  goal 1  |
//     +..........x             x: known points. With two objectives the
//     |          |  goal 2     goals are the corners of the stairs that
//     |          +.......x     they make.
//     +------------------|--- time
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace dnncut {

inline constexpr int kMostObjectives = 6;

inline constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

// Those that are not used are 0.
using Values = std::array<int64_t, kMostObjectives>;

bool IsAtMost(const Values& a, const Values& b);

struct Goal {
  Values from = {};  // no cut that is not known has less of anything in there
  Values limit = {};
  int64_t tie_limit = kNoLimit;  // of the sum of what breaks ties
  std::vector<int> tests;        // what may show that it is out of reach
  bool was_tried = false;        // have multipliers been looked for?
};

// Takes the values that are `known` or worse out of the goals.
void Exclude(const Values& known, int objectives, std::vector<Goal>* goals);

// Takes out what is more than `most` in anything.
void Restrict(const Values& most, int objectives, std::vector<Goal>* goals);

}  // namespace dnncut
