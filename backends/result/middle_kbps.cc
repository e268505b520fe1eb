// SPDX-License-Identifier: Apache-2.0
#include "backends/result/middle_kbps.h"

namespace dnncut {
namespace {

// The largest integer whose square is at most `value`.
int64_t SquareRoot(int64_t value) {
  int64_t low = 0;
  int64_t high = 3'037'000'499;  // its square is the largest that fits
  while (low < high) {
    const int64_t middle = low + (high - low + 1) / 2;
    if (middle * middle <= value) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace

int64_t MiddleKbps(int64_t min_kbps, int64_t max_kbps) {
  // At most kLimitKbps squared, which fits.
  const int64_t middle = SquareRoot(min_kbps * max_kbps);
  int64_t unit = 1;
  while (middle / unit >= 100) unit *= 10;
  const int64_t round = middle / unit * unit;
  return round >= min_kbps ? round : middle;
}

}  // namespace dnncut
