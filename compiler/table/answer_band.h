// SPDX-License-Identifier: Apache-2.0
//
// What becomes of the answer when the times that it counts with are off.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "compiler/problem/block_graph.h"
#include "compiler/problem/problem.h"
#include "compiler/problem/side.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

struct AnswerBand {
  // Where one side alone is best; nullopt: nowhere.
  struct Ends {
    std::optional<int64_t> device_to_kbps;
    std::optional<int64_t> server_from_kbps;

    bool operator==(const Ends&) const = default;
  };
  Ends as_counted;
  Ends for_device;  // the device as fast, the server as slow as the band allows
  Ends for_server;  // the other way round
  // Is there a place in the band and a bandwidth of the range where the best
  // cut is a split?
  bool may_split = false;

  bool operator==(const AnswerBand&) const = default;
};

// `factors` are >= 1: the times of all layers of a side may be as many times as
// long or as short together. `exact` is the table of the problem; `blocks_of`
// makes the blocks of another problem, compressed or not. Throws Error when a
// time does not fit.
AnswerBand FindAnswerBand(
    const Problem& problem, const CutTable& exact,
    const PerSide<double>& factors,
    const std::function<BlockGraph(const Problem&)>& blocks_of);

}  // namespace dnncut
