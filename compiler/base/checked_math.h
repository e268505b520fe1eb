// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic on sizes and times that come from a file. Every sum and product
// of such numbers goes through these functions: they throw instead of wrapping.
#pragma once

#include <cstdint>
#include <string_view>

#include "compiler/base/error.h"

namespace dnncut {

// Wide enough for kbit/s * nanoseconds and 8e6 * bytes of any int64 operands
// that occur (see cut_problem.h).
using Int128 = __int128;

// `what` completes "... is too large", for example "size of tensor 'x'".
inline int64_t CheckedAdd(int64_t a, int64_t b, std::string_view what) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) {
    Fail(ExitCode::kBadInput, "E210", "{} is too large", what);
  }
  return sum;
}

inline int64_t CheckedMul(int64_t a, int64_t b, std::string_view what) {
  int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) {
    Fail(ExitCode::kBadInput, "E210", "{} is too large", what);
  }
  return product;
}

}  // namespace dnncut
