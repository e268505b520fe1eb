// SPDX-License-Identifier: Apache-2.0
//
// The costs that are minimised, as weighted sums of times: all costs in block
// graphs, networks and tables are computed by these functions. With the weights
// w, a cut D costs at W kbit/s
//
//   w.device * (sum ns.device(l in D) + sum cross_ns(t))
//   + w.server * sum ns.server(l not in D)
//   + w.link * (rtt_ns + 8e6 / W * bytes + fixed download times)
//
// with the terms of problem.h. Weights are never negative. What is proved for
// latency uses only that costs are not negative, so it holds for all weights.
#pragma once

#include "compiler/problem/cost_line.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/problem.h"
#include "compiler/problem/side.h"

namespace dnncut {

// Of running a layer on either side. Throws Error when a price does not fit.
PerSide<CostLine> LayerPrice(const Problem& problem, const ProblemLayer& layer);

// Of sending a tensor to the server; nothing for one that never crosses.
CostLine UploadPrice(const Problem& problem, const ProblemTensor& tensor);

// Of getting a result of `bytes` bytes back from the server.
CostLine DownloadPrice(const Problem& problem, int64_t bytes);

// Of the round trip that is paid when the link is used.
CostLine RoundTripPrice(const Problem& problem);

// What a cut of the problem costs.
CostLine CostOf(const CutCosts& costs, const Problem& problem);

// What a cut takes, in ns. Throws Error when a sum overflows.
CostLine LatencyOf(const CutCosts& costs, const Downlink& downlink);

}  // namespace dnncut
