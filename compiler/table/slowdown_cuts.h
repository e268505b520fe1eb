// SPDX-License-Identifier: Apache-2.0
//
// Finds the cuts that a device must store when its server may be busy and the
// round trip time becomes known only at run time. Firmware then computes the
// time of each stored cut and takes the best.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/problem/problem.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// How many times as long as the problem says the server takes, in 1/1000.
struct SlowdownRange {
  int64_t min_permille = 1000;  // 1 .. max_permille
  int64_t max_permille = 1000;  // .. kMaxSlowdown

  bool operator==(const SlowdownRange&) const = default;
};

inline constexpr int64_t kMaxSlowdown = 100'000;

// Every cut that is the best one of the problem's objective, by the table's tie
// rule, at any integer
// kbit/s of problem.range and any integer 1/1000 of `slowdown`, with a round
// trip time of 0; in the order of the lowest slowdown, then bandwidth, where
// they are. With the device-only cut, one of them is best at any round trip
// time, too: all others pay it alike. Throws Error on overflow.
std::vector<TableCut> SlowdownCuts(const Problem& problem,
                                   const SlowdownRange& slowdown);

// Adds those that `table` does not have at its end.
void AddSlowdownCuts(const Problem& problem, const SlowdownRange& slowdown,
                     CutTable* table);

}  // namespace dnncut
