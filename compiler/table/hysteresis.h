// SPDX-License-Identifier: Apache-2.0
//
// For each row of a table, the bandwidths up to which a device may keep the
// row's cut, so that it does not switch at every small change of the link.
// MakeHysteresis makes it from a table.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/problem/problem.h"
#include "compiler/table/cost_ratio.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// What keeping a cut may cost, against the cut that the table names.
struct HysteresisLimit {
  enum class Kind { kRegret, kSwitchingCost };
  // kRegret: so much of its latency, in 1/100,000,000 (10 %).
  // kSwitchingCost: so many ns in one inference.
  Kind kind = Kind::kRegret;
  int64_t limit = 10'000'000;

  bool operator==(const HysteresisLimit&) const = default;
};

inline constexpr int64_t kHysteresisWhole = 100'000'000;  // 100 %
inline constexpr int64_t kMaxHysteresis = 10 * kHysteresisWhole;

struct Hysteresis {
  // By row: where its cut may be kept once it is used. The row's own range is
  // part of it, and no bandwidth of it is beyond the limit.
  std::vector<BandwidthRange> stay;
  // The worst that keeping a cut costs: its latency by that of the table's cut,
  // and where.
  CostRatio worst;
  int64_t worst_kbps = 0;
};

// The longest ranges for a limit of 0 .. kMaxHysteresis, or 0 ns and above.
Hysteresis MakeHysteresis(const CutTable& table, const Downlink& downlink,
                          const HysteresisLimit& limit);

}  // namespace dnncut
