// SPDX-License-Identifier: Apache-2.0
#include "compiler/table/cost_ratio.h"

#include <compare>
#include <limits>

namespace dnncut {
namespace {

using Unsigned128 = unsigned __int128;

// 256 bits: both factors are below 2^94 (cost_line.h), their product is not.
struct Product {
  Unsigned128 high = 0;
  Unsigned128 low = 0;

  auto operator<=>(const Product&) const = default;
};

Product Multiply(Int128 a, Int128 b) {
  constexpr int kHalf = 64;
  const auto low = [](Unsigned128 x) {
    return static_cast<Unsigned128>(static_cast<uint64_t>(x));
  };
  const Unsigned128 x = static_cast<Unsigned128>(a);
  const Unsigned128 y = static_cast<Unsigned128>(b);
  const Unsigned128 low_low = low(x) * low(y);
  const Unsigned128 low_high = low(x) * (y >> kHalf);
  const Unsigned128 high_low = (x >> kHalf) * low(y);
  const Unsigned128 middle = (low_low >> kHalf) + low(low_high) + low(high_low);
  return {(x >> kHalf) * (y >> kHalf) + (low_high >> kHalf) +
              (high_low >> kHalf) + (middle >> kHalf),
          (middle << kHalf) | low(low_low)};
}

}  // namespace

double CostRatio::Excess() const {
  if (base == 0) return std::numeric_limits<double>::infinity();
  return static_cast<double>(cost - base) / static_cast<double>(base);
}

CostRatio RatioAt(const CostLine& line, const CostLine& base, int64_t kbps) {
  const CostRatio ratio = {line.At(kbps), base.At(kbps)};
  if (ratio.cost == ratio.base) return {};
  return ratio;
}

bool operator<(const CostRatio& a, const CostRatio& b) {
  return Multiply(a.cost, b.base) < Multiply(b.cost, a.base);
}

}  // namespace dnncut
