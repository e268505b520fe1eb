// SPDX-License-Identifier: Apache-2.0
//
// Corrects the costs of a problem by measured times of whole halves, which are
// less (a runtime fuses layers) or more (a cut ends a fusion, a call costs)
// than the sum of their layers. The problem can then be solved again with the
// corrected costs.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/problem/cut.h"
#include "compiler/problem/problem.h"

namespace dnncut {

// How long one half of a cut took.
struct HalfTime {
  Cut cut;
  int64_t ns = 0;  // above 0
};

// What one side's halves take: the sum over the side's layers, and over the
// tensors that it sends or receives.
struct SideCosts {
  std::vector<int64_t> layer_ns;  // by LayerId, >= 0
  std::vector<int64_t> cross_ns;  // by TensorId, >= 0; 0 for what cannot cross
                                  // on this side

  bool operator==(const SideCosts&) const = default;
};

// Rounded, and from 0 to 10^15: no layer, crossing or half takes longer.
int64_t ToNs(double ns);

// The layer times that the problem itself has for a side; 0 for all crossings.
SideCosts CostsOf(const Problem& problem, Side side);

// The time of a half according to `costs`.
int64_t HalfNs(const Problem& problem, const SideCosts& costs, const Cut& cut,
               Side side);

// CostsOf with all times multiplied by the one factor that fits `halves` best.
SideCosts ScaleToHalves(const Problem& problem, Side side,
                        const std::vector<HalfTime>& halves);

// The costs that suit the measured halves of one side. Exact where they
// determine the costs, and near to ScaleToHalves where they do not: layers that
// no half tells apart keep their shares of the time. Without halves it is
// CostsOf.
SideCosts FitToHalves(const Problem& problem, Side side,
                      const std::vector<HalfTime>& halves);

}  // namespace dnncut
