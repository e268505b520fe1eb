// SPDX-License-Identifier: Apache-2.0
#include "tools/text/percent.h"

#include <fmt/format.h>

#include <optional>

#include "compiler/base/error.h"

namespace dnncut {
namespace {

constexpr int64_t kMostPercent = 1'000'000;
constexpr int kDecimals = 6;
constexpr int64_t kOnePercent = kHundredPercent / 100;

std::optional<int64_t> Parse(std::string_view digits) {
  int64_t value = 0;
  int decimals = -1;  // no point seen
  bool any = false;
  for (const char c : digits) {
    if (c == '.' && decimals < 0) {
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9' || decimals == kDecimals) return std::nullopt;
    value = value * 10 + (c - '0');
    if (value > kMostPercent * kOnePercent) return std::nullopt;
    any = true;
    if (decimals >= 0) ++decimals;
  }
  if (!any || decimals == 0) return std::nullopt;
  for (int i = decimals < 0 ? 0 : decimals; i < kDecimals; ++i) {
    value *= 10;
    if (value > kMostPercent * kOnePercent) return std::nullopt;
  }
  return value;
}

}  // namespace

int64_t ParsePercent(std::string_view flag, std::string_view text) {
  std::string_view digits = text;
  if (digits.ends_with('%')) digits.remove_suffix(1);
  while (digits.ends_with(' ')) digits.remove_suffix(1);
  const std::optional<int64_t> value = Parse(digits);
  if (!value) {
    Fail(ExitCode::kUsage, "E810",
         "{} '{}' is not a percentage from 0 to 1,000,000 with at most {} "
         "decimals; write for example 5% or 0.5%",
         flag, text, kDecimals);
  }
  return *value;
}

std::string FormatPercent(double fraction) {
  return fmt::format("{:.1f} %", 100 * fraction);
}

}  // namespace dnncut
