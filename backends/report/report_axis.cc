// SPDX-License-Identifier: Apache-2.0
#include "backends/report/report_axis.h"

#include <algorithm>

#include "compiler/base/checked_math.h"
#include "compiler/base/log2.h"

namespace dnncut {
namespace {

constexpr int64_t kMostPower = 1'000'000'000'000'000'000;

// Ticks at 1, 2 and 5 times the powers of ten, at the powers only, or at every
// third power.
std::vector<int64_t> LogTicks(int64_t least, int64_t most) {
  const int64_t decades =
      (Log2Fixed(most) - Log2Fixed(least)) / (Log2Fixed(10) + 1);
  const std::vector<int64_t> factors =
      decades < 3 ? std::vector<int64_t>{1, 2, 5} : std::vector<int64_t>{1};
  const int every = decades > 10 ? 3 : 1;
  std::vector<int64_t> ticks;
  int power = 0;
  for (int64_t unit = 1;; unit *= 10, ++power) {
    for (const int64_t factor : factors) {
      if (unit > kMostPower / factor || power % every != 0) continue;
      const int64_t tick = unit * factor;
      if (least <= tick && tick <= most) ticks.push_back(tick);
    }
    if (unit == kMostPower) return ticks;
  }
}

// About five steps of 1, 2 or 5 times a power of ten.
std::vector<int64_t> LinearTicks(int64_t least, int64_t most) {
  const int64_t wanted = (most - least) / 5;
  int64_t step = 1;
  for (int64_t power = 1; power <= wanted; power *= 10) {
    for (const int64_t factor : {1, 2, 5}) {
      if (power * factor <= wanted) step = power * factor;
    }
  }
  std::vector<int64_t> ticks;
  for (int64_t tick = (least + step - 1) / step * step; tick <= most;
       tick += step) {
    ticks.push_back(tick);
  }
  return ticks;
}

}  // namespace

Axis::Axis(int64_t least, int64_t most, int64_t log_ratio, int64_t from,
           int64_t to)
    : least_(least), most_(most), from_(from), to_(to) {
  if (least_ == most_) {
    least_ = std::max<int64_t>(least_ - 1, 0);
    most_ = most_ + 1;
  }
  is_log_ = least_ >= 1 && most_ / least_ >= log_ratio;
}

int64_t Axis::Position(int64_t value) const {
  return is_log_ ? Log2Fixed(std::max<int64_t>(value, 1)) : value;
}

int64_t Axis::At(int64_t value) const {
  const Int128 along = Position(value) - Position(least_);
  const Int128 all = Position(most_) - Position(least_);
  return from_ + static_cast<int64_t>(along * (to_ - from_) / all);
}

std::vector<int64_t> Axis::Ticks() const {
  return is_log_ ? LogTicks(least_, most_) : LinearTicks(least_, most_);
}

}  // namespace dnncut
