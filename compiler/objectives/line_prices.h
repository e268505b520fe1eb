// SPDX-License-Identifier: Apache-2.0
//
// Prices of the parts of a problem that are lines in 1 / bandwidth, as those of
// objective.h are: latency, energy, money.
#pragma once

#include <vector>

#include "compiler/problem/cost_line.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/problem.h"
#include "compiler/problem/side.h"

namespace dnncut {

// All >= 0.
struct LinePrices {
  std::vector<PerSide<CostLine>> layers;  // by LayerId
  std::vector<CostLine> uploads;    // by TensorId; of one without a size 0
  std::vector<CostLine> downloads;  // by TensorId
  CostLine round_trip;
};

// Those of the problem's objective.
LinePrices ObjectivePrices(const Problem& problem);

// Of energy, say: each time and each byte costs so much.
struct PowerPrices {
  PerSide<int64_t> compute;  // of a ns on either side
  int64_t waiting = 0;       // of a ns of the round trip
  int64_t crossing = 0;      // of a ns of cross_ns, on the device
  // Of a ns of sending and receiving, and of a byte whatever the bandwidth.
  int64_t sending = 0;
  int64_t receiving = 0;
  int64_t sent_byte = 0;
  int64_t received_byte = 0;
};

// Throws Error when a price does not fit.
LinePrices PricesOfPower(const Problem& problem, const PowerPrices& power);

// What a feasible cut costs. Throws Error when a sum overflows.
CostLine CostOf(const Problem& problem, const LinePrices& prices,
                const Cut& cut);

}  // namespace dnncut
