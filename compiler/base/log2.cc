// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/log2.h"

#include <bit>

namespace dnncut {

int64_t Log2Fixed(int64_t value) {
  const int whole = std::bit_width(static_cast<uint64_t>(value)) - 1;
  int64_t log = whole;
  // value / 2^whole, in [1, 2), with 62 binary places. The digits behind the
  // point come one by one: squaring doubles a logarithm.
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
