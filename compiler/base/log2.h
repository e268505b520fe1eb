// SPDX-License-Identifier: Apache-2.0
//
// Logarithms in integers, the same on every machine. (The last digit of a
// library's floating-point logarithm differs between machines.)
#pragma once

#include <cstdint>

namespace dnncut {

inline constexpr int kLog2Places = 32;

// 2^kLog2Places * log2(value), rounded down; `value` >= 1.
int64_t Log2Fixed(int64_t value);

}  // namespace dnncut
