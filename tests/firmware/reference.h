// SPDX-License-Identifier: Apache-2.0
//
// What the C reader should answer, written down once more in the plainest way,
// with wide integers and a clock that does not wrap around.
#pragma once

#include <cstdint>
#include <optional>

#include "dnncut_lookup.h"

namespace dnncut {

uint16_t ReferenceRow(const dnncut_table& table, int64_t kbps);
uint16_t ReferenceCut(const dnncut_table& table, int64_t kbps);
uint16_t ReferenceBest(const dnncut_table& table, int64_t kbps, int64_t rtt_us,
                       int64_t slowdown_permille);

class ReferenceStepper {
 public:
  explicit ReferenceStepper(const dnncut_table& table) : table_(table) {}

  uint16_t Step(int64_t kbps, int64_t now_ms);

 private:
  enum class Place { kNowhere, kRow, kFallback };

  bool MayMove(int64_t kbps, int64_t now_ms) const;
  void MoveTo(Place place, uint16_t row, int64_t now_ms);

  const dnncut_table& table_;
  Place place_ = Place::kNowhere;
  uint16_t row_ = 0;
  int64_t changed_ms_ = 0;
};

}  // namespace dnncut
