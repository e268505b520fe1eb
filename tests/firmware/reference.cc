// SPDX-License-Identifier: Apache-2.0
#include "tests/firmware/reference.h"

#include <algorithm>
#include <tuple>

#include "compiler/base/checked_math.h"

namespace dnncut {

uint16_t ReferenceRow(const dnncut_table& table, int64_t kbps) {
  uint16_t row = 0;
  for (uint16_t i = 0; i < table.row_count; ++i) {
    if (table.rows[i].min_kbps <= kbps) row = i;
  }
  return row;
}

uint16_t ReferenceCut(const dnncut_table& table, int64_t kbps) {
  if (kbps == 0) return table.fallback;
  return table.rows[ReferenceRow(table, kbps)].cut;
}

uint16_t ReferenceBest(const dnncut_table& table, int64_t kbps, int64_t rtt_us,
                       int64_t slowdown_permille) {
  if (kbps == 0) return table.fallback;
  const Int128 w = std::clamp<int64_t>(kbps, table.min_kbps, table.max_kbps);
  const Int128 slowdown =
      std::clamp<int64_t>(slowdown_permille, table.min_slowdown_permille,
                          table.max_slowdown_permille);
  const auto cost = [&](uint16_t id) {
    const dnncut_cut& cut = table.cuts[id];
    Int128 picoseconds = Int128{1000} * cut.fixed_ns + slowdown * cut.server_ns;
    if (cut.flags & DNNCUT_PAYS_RTT) picoseconds += Int128{1'000'000} * rtt_us;
    return std::tuple(w * picoseconds + Int128{8'000'000'000} * cut.link_bytes,
                      cut.device_layers, id);
  };
  uint16_t best = 0;
  for (uint16_t id = 1; id < table.cut_count; ++id) {
    if (cost(id) < cost(best)) best = id;
  }
  return best;
}

bool ReferenceStepper::MayMove(int64_t kbps, int64_t now_ms) const {
  const bool dwelt = now_ms - changed_ms_ >= table_.dwell_ms;
  switch (place_) {
    case Place::kNowhere:
      return true;
    case Place::kFallback:
      return dwelt || table_.fallback == DNNCUT_NO_CUT;
    case Place::kRow:
      break;
  }
  const int64_t known =
      std::clamp<int64_t>(kbps, table_.min_kbps, table_.max_kbps);
  const dnncut_row& row = table_.rows[row_];
  return dwelt && (known < row.down_kbps || known > row.up_kbps);
}

void ReferenceStepper::MoveTo(Place place, uint16_t row, int64_t now_ms) {
  place_ = place;
  row_ = row;
  changed_ms_ = now_ms;
}

uint16_t ReferenceStepper::Step(int64_t kbps, int64_t now_ms) {
  if (kbps == 0) {
    if (place_ != Place::kFallback) MoveTo(Place::kFallback, 0, now_ms);
  } else if (MayMove(kbps, now_ms)) {
    MoveTo(Place::kRow, ReferenceRow(table_, kbps), now_ms);
  }
  return place_ == Place::kFallback ? table_.fallback : table_.rows[row_].cut;
}

}  // namespace dnncut
