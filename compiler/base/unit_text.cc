// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/unit_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "compiler/base/checked_math.h"
#include "compiler/base/rounding.h"

namespace dnncut {
namespace {

// A fixed number of decimals without floating point, rounded half up.
std::string Decimal(int64_t value, int64_t unit, int decimals) {
  Int128 power = 1;
  for (int i = 0; i < decimals; ++i) power *= 10;
  const Int128 scaled = DivideRounded(Int128{value} * power, unit);
  const auto whole = static_cast<int64_t>(scaled / power);
  if (decimals == 0) return fmt::format("{}", whole);
  return fmt::format("{}.{:0{}}", whole, static_cast<int64_t>(scaled % power),
                     decimals);
}

// `value` with one decimal, in the largest unit that is not more than it.
// `units` has the names of 1, `base`, `base`^2 and so on.
std::string Rounded(int64_t value, int64_t base,
                    const std::array<std::string_view, 4>& units) {
  int64_t unit = base;
  size_t name = 0;
  while (name + 1 < units.size() && value / base >= unit) {
    unit *= base;
    ++name;
  }
  return fmt::format("{} {}", Decimal(value, unit, 1), units[name]);
}

std::string WithoutTrailingZeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::string FormatKbps(int64_t kbps) {
  if (kbps >= 1'000'000 && kbps % 1000 == 0) {
    return FormatExact(kbps, 1'000'000, 3) + " Gbit/s";
  }
  if (kbps >= 1000) {
    return FormatExact(kbps, 1000, 3) + " Mbit/s";
  }
  return fmt::format("{} kbit/s", kbps);
}

std::string FormatKbpsRange(int64_t min_kbps, int64_t max_kbps) {
  return fmt::format("{} to {}", FormatKbps(min_kbps), FormatKbps(max_kbps));
}

std::string FormatBytes(int64_t bytes) {
  std::string digits = fmt::format("{}", bytes);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<size_t>(at), 1, ',');
  }
  return digits + " B";
}

std::string FormatSentBytes(int64_t bytes,
                            const std::optional<int64_t>& decoded) {
  if (!decoded) return FormatBytes(bytes);
  return fmt::format("{} ({} decoded)", FormatBytes(bytes),
                     FormatBytes(*decoded));
}

std::string FormatRoughBytes(int64_t bytes) {
  constexpr std::array<std::string_view, 4> kUnits = {"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  int64_t unit = 1000;
  size_t name = 0;
  // What would be rounded to 1000 of a unit is 1 of the next.
  while (name + 1 < kUnits.size() && bytes >= unit * 1000 - unit / 2) {
    unit *= 1000;
    ++name;
  }
  const int decimals = bytes < 10 * unit ? 1 : 0;
  return fmt::format("{} {}", Decimal(bytes, unit, decimals), kUnits[name]);
}

std::string FormatSize(int64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  return Rounded(bytes, 1024, {"KiB", "MiB", "GiB", "TiB"});
}

std::string FormatExact(int64_t value, int64_t unit, int decimals) {
  return WithoutTrailingZeros(Decimal(value, unit, decimals));
}

std::string FormatMs(int64_t ns, int decimals) {
  return Decimal(ns, 1'000'000, decimals);
}

std::string FormatDuration(int64_t ns) {
  if (ns == 0) return "0 ms";
  if (ns < 1000) return fmt::format("{} ns", ns);
  const auto format = [ns](int64_t unit, std::string_view name) {
    const int decimals = ns >= 100 * unit ? 0 : ns >= 10 * unit ? 1 : 2;
    return fmt::format("{} {}",
                       WithoutTrailingZeros(Decimal(ns, unit, decimals)), name);
  };
  if (ns < 1'000'000) return format(1000, "us");
  if (ns < 1'000'000'000) return format(1'000'000, "ms");
  return format(1'000'000'000, "s");
}

std::string FormatWhole(int64_t value, std::initializer_list<WholeUnit> units) {
  const WholeUnit* unit = std::find_if(
      units.begin(), units.end() - 1,
      [value](const WholeUnit& unit) { return value % unit.size == 0; });
  return fmt::format("{}{}", value / unit->size, unit->name);
}

std::string FormatPlural(int64_t count, std::string_view noun,
                         std::string_view plural) {
  if (count == 1) return fmt::format("1 {}", noun);
  if (plural.empty()) return fmt::format("{} {}s", count, noun);
  return fmt::format("{} {}", count, plural);
}

std::string FormatCount(int64_t count) {
  if (count < 1000) return fmt::format("{}", count);
  return Rounded(count, 1000, {"k", "M", "G", "T"});
}

std::string FormatType(std::string_view dtype,
                       const std::vector<int64_t>& shape) {
  std::string text = fmt::format("{}[", dtype);
  for (size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ',';
    text += shape[i] < 0 ? "?" : fmt::format("{}", shape[i]);
  }
  return text + "]";
}

std::string FormatTensor(std::string_view name, std::string_view dtype,
                         const std::vector<int64_t>& shape) {
  return fmt::format("'{}' {}", name, FormatType(dtype, shape));
}

}  // namespace dnncut
