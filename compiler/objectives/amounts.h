// SPDX-License-Identifier: Apache-2.0
//
// What a cut takes of several things at once: time on the device, time on the
// server, bytes, energy. Each part of a cut takes a few numbers, and those of a
// cut are their sums. Which number stands for what is up to whoever asks
// (throughput_front.h, universal_front.h).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "compiler/base/checked_math.h"

namespace dnncut {

inline constexpr int kMostAmounts = 12;

// Those that are not used are 0.
struct Amounts {
  std::array<int64_t, kMostAmounts> of = {};

  int64_t& operator[](int k) { return of[static_cast<size_t>(k)]; }
  int64_t operator[](int k) const { return of[static_cast<size_t>(k)]; }

  auto operator<=>(const Amounts&) const = default;

  // Unchecked: sums of parts of one priced graph, whose total fits.
  Amounts& operator+=(const Amounts& other) {
    for (int k = 0; k < kMostAmounts; ++k) (*this)[k] += other[k];
    return *this;
  }
  Amounts& operator-=(const Amounts& other) {
    for (int k = 0; k < kMostAmounts; ++k) (*this)[k] -= other[k];
    return *this;
  }
};

inline Amounts operator+(Amounts a, const Amounts& b) { return a += b; }

// Throws Error "... is too large" when a sum overflows, with `what` in front.
inline Amounts CheckedAdd(Amounts a, const Amounts& b, std::string_view what) {
  for (int k = 0; k < kMostAmounts; ++k) a[k] = CheckedAdd(a[k], b[k], what);
  return a;
}

}  // namespace dnncut
