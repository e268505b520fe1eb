// SPDX-License-Identifier: Apache-2.0
//
// Ranges of integers: what is known of an element, or of a dimension, whose
// exact value only the data decides.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "frontends/values/known_values.h"

namespace dnncut {

// Both ends belong to it. The widest range is that of all int64; an end there
// says that nothing is known, and computing with it leaves it there.
struct Range {
  int64_t least = INT64_MIN;
  int64_t most = INT64_MAX;

  bool IsOne() const { return least == most; }
  bool operator==(const Range&) const = default;
};

// Of an integer or bool.
Range RangeOf(const KnownElement& element);

// Known when the range holds one number.
KnownElement ElementIn(const Range& range);

// All results of numbers of `a` and `b`; the widest range where one may
// overflow, as computing wraps around there.
Range AddRanges(const Range& a, const Range& b);
Range SubtractRanges(const Range& a, const Range& b);
Range MultiplyRanges(const Range& a, const Range& b);

// Of a number of `a` or of `b`.
inline Range EitherRange(const Range& a, const Range& b) {
  return {std::min(a.least, b.least), std::max(a.most, b.most)};
}

// Of one of ONNX's operators on two integers, as long as the operator is one
// whose range is computed: Add, Sum, Sub, Mul, Div and Mod by positive numbers,
// Min, Max and the comparisons; else the widest.
Range BinaryRange(std::string_view op_type, const Range& a, const Range& b);

}  // namespace dnncut
