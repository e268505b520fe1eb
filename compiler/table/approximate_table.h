// SPDX-License-Identifier: Apache-2.0
//
// Makes a smaller table from an exact one, and states how much worse
// it is at most.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/table/cut_table.h"

namespace dnncut {

// Gives each bucket the one cut *of the exact table* with the least worst
// regret in it. `lower_kbps` are inclusive lower bounds, ascending (else
// Error); the first bucket starts at the range's minimum whatever its bound
// says. Buckets outside the range vanish; neighbours that agree become one row.
// Ties go to the cut with the lower number.
CutTable ApplyBuckets(const Problem& problem, const CutTable& exact,
                      const std::vector<int64_t>& lower_kbps);

// Keeps the at most `max_cuts` (>= 1) cuts of the exact table that minimise
// the worst regret over the range; every bandwidth gets the best of those
// kept, on a tie the one with fewer device layers. Exact among all choices; of
// equal ones the first in lexicographic order of the cuts' numbers. The
// device-only cut stays at the end as a fallback without a row and does not
// count, unless it gets a row.
CutTable KeepCuts(const Problem& problem, const CutTable& exact, int max_cuts);

}  // namespace dnncut
