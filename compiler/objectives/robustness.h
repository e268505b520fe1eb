// SPDX-License-Identifier: Apache-2.0
//
// How well the rows of a table hold when what it counts with is off: all times
// of the device together, with what crossings cost it, all of the server, and
// the bandwidth.
//
// With the device's times times d, the server's times s and the bandwidth W,
// and g = 1 / W, a cut costs a linear function of (d, s, g). The regret of a
// row's cut is the largest difference of two such functions, so it is convex,
// and the ratio to the best cut is quasi-convex: where it is at most t, cost -
// t * best is at most 0, which is convex for t >= 0, because the best cost is
// the least of linear functions. So both are largest at a corner of a box of
// (d, s, g), and a box of eight corners is searched with eight minimum cuts.
// The box of a row has every bandwidth that is off by so much from one of the
// row's.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/problem/problem.h"
#include "compiler/table/cut_table.h"
#include "compiler/table/row_robustness.h"

namespace dnncut {

// Of an exact table of the problem, of the cuts that fit into memory.
// `permille` is 1 .. 999; `kbps` has a bandwidth of each row. Throws Error on
// overflow, and where a search for cuts that fit ends early (E138).
Robustness FindRobustness(const Problem& problem, const CutTable& table,
                          int64_t permille, const std::vector<int64_t>& kbps);

}  // namespace dnncut
