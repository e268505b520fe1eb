// SPDX-License-Identifier: Apache-2.0
//
// Rounding of times, sizes and percentages for people and for files. There is
// one rule, so all outputs agree.
#pragma once

#include "compiler/base/checked_math.h"

namespace dnncut {

// value / unit, rounded half up; `value` is not negative, `unit` is above 0.
constexpr Int128 DivideRounded(Int128 value, Int128 unit) {
  return (2 * value + unit) / (2 * unit);
}

// value / unit, rounded down; `unit` is above 0.
constexpr Int128 DivideDown(Int128 value, Int128 unit) {
  return value / unit - (value % unit < 0 ? 1 : 0);
}

}  // namespace dnncut
