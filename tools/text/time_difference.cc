// SPDX-License-Identifier: Apache-2.0
#include "tools/text/time_difference.h"

#include <fmt/format.h>

#include <cstdlib>

#include "compiler/base/rounding.h"
#include "compiler/base/unit_text.h"

namespace dnncut {
namespace {

// A share of more than so many times says nothing any more.
constexpr int64_t kMostTimes = 10'000;

}  // namespace

std::string FormatChange(int64_t ns) {
  return fmt::format("{}{}", ns < 0 ? "-" : "+", FormatDuration(std::abs(ns)));
}

std::string FormatMore(int64_t more_ns, int64_t than_ns) {
  if (more_ns == 0) return "as much";
  const int64_t amount_ns = std::abs(more_ns);
  std::string amount = fmt::format("{} {}", FormatDuration(amount_ns),
                                   more_ns > 0 ? "more" : "less");
  if (than_ns <= 0) return amount;
  if (amount_ns / than_ns >= kMostTimes) return amount;
  // Of what it is more than, whole percents from 100 % on.
  const auto rounded = [&](int64_t unit) {
    return static_cast<int64_t>(
        DivideRounded(Int128{amount_ns} * unit, than_ns));
  };
  const char sign = more_ns > 0 ? '+' : '-';
  const int64_t per_mille = rounded(1000);
  if (per_mille >= 1000) {
    return fmt::format("{} ({}{} %)", amount, sign, rounded(100));
  }
  return fmt::format("{} ({}{}.{} %)", amount, sign, per_mille / 10,
                     per_mille % 10);
}

}  // namespace dnncut
