// SPDX-License-Identifier: Apache-2.0
//
// The best cut at one bandwidth, of any block graph: what a table answers for
// all of them.
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

// The first end of a row of `exact` where the best cut of `blocks` has another
// latency; nullopt: none. The graph's cuts are priced with `downlink`.
std::optional<int64_t> FindOtherLatency(const BlockGraph& blocks,
                                        int64_t rtt_ns,
                                        const Downlink& downlink,
                                        const CutTable& exact);

}  // namespace dnncut
