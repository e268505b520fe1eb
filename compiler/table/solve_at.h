// SPDX-License-Identifier: Apache-2.0
//
// Finds the best cut of a block graph at one bandwidth; a table has the best
// cuts at all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/problem/block_graph.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

struct Solution {
  Cut cut;
  int64_t latency_ns = 0;          // rounded half up
  std::vector<TensorId> uploaded;  // ascending
  int64_t upload_bytes = 0;
};

// The cut of `layer_count` layers with the least latency at `kbps`, with a
// round trip of `rtt_ns`. Of several best ones, that with the smallest device
// side. Throws Error when the latency does not fit.
Solution SolveAt(const BlockGraph& blocks, int64_t rtt_ns, int layer_count,
                 int64_t kbps);

// The first bandwidth, of those at which a row of `exact` starts or ends, where
// the best cut of `blocks` has another latency than the row; nullopt: none.
// Latencies of the graph's cuts are computed with `downlink`.
std::optional<int64_t> FindOtherLatency(const BlockGraph& blocks,
                                        int64_t rtt_ns,
                                        const Downlink& downlink,
                                        const CutTable& exact);

}  // namespace dnncut
