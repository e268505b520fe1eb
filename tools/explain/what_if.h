// SPDX-License-Identifier: Apache-2.0
//
// Questions about cuts other than those of the table, answered exactly by
// solving the problem again.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/problem/problem.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// A layer that is to run on a side.
struct Placed {
  LayerId layer = 0;
  Side side = Side::kDevice;
};

// The best cut at `kbps` among those that put every layer of `placed` where it
// says; on a tie the one with the smallest device side. nullopt: no cut does.
std::optional<TableCut> BestCutWith(const Problem& problem,
                                    const std::vector<Placed>& placed,
                                    int64_t kbps);

// The cheapest way to send tensor `t` at `kbps`: its producer on the device and
// a reader on the server (or, for a result that is wanted there, nothing else).
// nullopt: no cut sends it.
std::optional<TableCut> BestCutThatSends(const Problem& problem, TensorId t,
                                         int64_t kbps);

}  // namespace dnncut
