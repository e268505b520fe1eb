// SPDX-License-Identifier: Apache-2.0
//
// W * latency as a function of the bandwidth W: the line W * ns + 8e6 * bytes.
// The passes compare costs at all bandwidths of a range by comparing lines.
#pragma once

#include <cstdint>

#include "compiler/base/checked_math.h"
#include "compiler/problem/problem.h"

namespace dnncut {

struct Line {
  Int128 ns = 0;
  Int128 bytes = 0;

  Int128 At(int64_t kbps) const { return kbps * ns + kByteNsKbps * bytes; }

  Line& operator+=(const Line& other) {
    ns += other.ns;
    bytes += other.bytes;
    return *this;
  }
  Line& operator-=(const Line& other) {
    ns -= other.ns;
    bytes -= other.bytes;
    return *this;
  }
};

// Integer bandwidths from .. to; empty when from > to.
struct KbpsInterval {
  int64_t from = 0;
  int64_t to = -1;

  bool empty() const { return from > to; }
};

// Where in the range the line is below zero: always one interval.
KbpsInterval WhereNegative(const Line& line, const BandwidthRange& range);
// Where in the range the line is at most zero.
KbpsInterval WhereNotPositive(const Line& line, const BandwidthRange& range);

KbpsInterval Intersect(const KbpsInterval& a, const KbpsInterval& b);

}  // namespace dnncut
