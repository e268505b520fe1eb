// SPDX-License-Identifier: Apache-2.0
//
// How far apart two values are: bit by bit, and as numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/values/value.h"

namespace dnncut {

// What passes, as in numpy.allclose: |got - expected| <= atol + rtol *
// |expected|. NaN passes for NaN, an infinity for the same one.
//
// Without a number of the user's: rtol 1e-3 and atol 1e-5, for 16-bit floats
// 1e-2 both. Both apply to floating point only. Integers of 8 bits may differ
// by 1, because quantisation rounds sums that optimisation reorders;
// everything else must be equal.
inline constexpr double kSixteenBitTolerance = 1e-2;
struct Tolerance {
  std::optional<double> rtol;
  std::optional<double> atol;
};

struct Comparison {
  bool same_bits = true;
  bool within = true;  // of the tolerance
  // Of the worst elements, of numbers only. The relative error leaves out
  // elements whose expected value is 0; an infinite error stands for NaN or
  // infinity on one side.
  double max_abs = 0;
  double max_rel = 0;
  uint64_t max_ulp = 0;  // of floating point
  // What cannot be put in numbers: "float32[2] instead of float32[3]"; empty
  // if there is nothing of the kind. Never within the tolerance.
  std::string other;
};

// Compares kind, type, shape and content, elements of sequences and maps
// included; names are left out.
Comparison CompareValues(const Value& got, const Value& expected,
                         const Tolerance& tolerance);

// The worst of both, for a line about several.
Comparison Combine(const Comparison& a, const Comparison& b);

// Is it, elements of sequences included, floating point and nothing but NaN?
// Then it equals much that it should not.
bool IsAllNan(const Value& value);

// Is the tensor of numbers large (8 elements or more) and the same everywhere?
bool IsOneNumber(const Value& value);

}  // namespace dnncut
