// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/log2.h"

#include <bit>

namespace dnncut {

int64_t Log2Fixed(int64_t value) {
  const int whole =
      static_cast<int>(std::bit_width(static_cast<uint64_t>(value))) - 1;
  int64_t log = whole;
  // value / 2^whole, in [1, 2), with 62 binary places. The binary places of the
  // logarithm are found one by one: squaring a number doubles its logarithm, so
  // the next place is 1 exactly when the square is at least 2.
  auto part = static_cast<unsigned __int128>(value) << (62 - whole);
  for (int i = 0; i < kLog2Places; ++i) {
    part = part * part >> 62;
    log *= 2;
    if (part >> 63 != 0) {
      part >>= 1;
      ++log;
    }
  }
  return log;
}

}  // namespace dnncut
