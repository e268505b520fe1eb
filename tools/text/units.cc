// SPDX-License-Identifier: Apache-2.0
//
// Quantities with a unit are read in integers: digits without the point, and
// how many of them stand behind it. The value in the smallest unit is then one
// product and one division, and it is refused unless it is whole and fits, so
// nothing is rounded in silence.
#include "tools/text/units.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

#include "compiler/base/checked_math.h"
#include "compiler/base/error.h"
#include "compiler/base/unit_text.h"
#include "compiler/problem/problem.h"

namespace dnncut {
namespace {

constexpr int64_t kHourNs = 3'600'000'000'000;

// "12.5 Mbps" as 125, one decimal and "Mbps".
struct Quantity {
  int64_t digits = 0;
  int decimals = 0;
  std::string unit;  // lower case but for a 'B'
};

// At most 18 digits fit an int64.
constexpr size_t kMostDigits = 18;

std::string LowerExceptB(std::string_view text) {
  std::string lower;
  for (const char c : text) {
    lower += c >= 'A' && c <= 'Z' && c != 'B' ? static_cast<char>(c + 32) : c;
  }
  return lower;
}

std::optional<Quantity> SplitQuantity(std::string_view text) {
  Quantity quantity;
  std::string digits;
  size_t at = 0;
  bool seen_point = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !seen_point) {
      seen_point = true;
    } else if (c >= '0' && c <= '9') {
      digits += c;
      quantity.decimals += seen_point;
    } else {
      break;
    }
  }
  if (digits.empty() || digits.size() > kMostDigits) return std::nullopt;
  if (seen_point && quantity.decimals == 0) return std::nullopt;
  std::from_chars(digits.data(), digits.data() + digits.size(),
                  quantity.digits);
  while (at < text.size() && text[at] == ' ') ++at;
  quantity.unit = LowerExceptB(text.substr(at));
  return quantity;
}

struct Unit {
  std::string_view name;
  // How much of the smallest unit it is, as scale / per.
  int64_t scale = 1;
  int64_t per = 1;
};

// The value in the smallest unit; nullopt for an unknown unit, or when it is
// not a whole number, or negative, or does not fit.
std::optional<int64_t> InUnits(std::string_view text,
                               std::span<const Unit> units) {
  const std::optional<Quantity> quantity = SplitQuantity(text);
  if (!quantity) return std::nullopt;
  for (const Unit& unit : units) {
    if (unit.name != quantity->unit) continue;
    const Int128 scaled = Int128{quantity->digits} * unit.scale;
    Int128 divisor = unit.per;
    for (int i = 0; i < quantity->decimals; ++i) divisor *= 10;
    if (scaled % divisor != 0) return std::nullopt;
    if (scaled / divisor > INT64_MAX) return std::nullopt;
    return static_cast<int64_t>(scaled / divisor);
  }
  return std::nullopt;
}

}  // namespace

int64_t ParseKbps(std::string_view flag, std::string_view text) {
  static constexpr std::array<Unit, 21> kUnits = {{
      {"", 1, 1},
      {"bps", 1, 1000},
      {"bit/s", 1, 1000},
      {"kbps", 1, 1},
      {"kbit/s", 1, 1},
      {"kb/s", 1, 1},
      {"kbit", 1, 1},
      {"k", 1, 1},
      {"mbps", 1000, 1},
      {"mbit/s", 1000, 1},
      {"mb/s", 1000, 1},
      {"mbit", 1000, 1},
      {"m", 1000, 1},
      {"gbps", 1'000'000, 1},
      {"gbit/s", 1'000'000, 1},
      {"gb/s", 1'000'000, 1},
      {"gbit", 1'000'000, 1},
      {"g", 1'000'000, 1},
      {"tbps", 1'000'000'000, 1},
      {"tbit/s", 1'000'000'000, 1},
      {"t", 1'000'000'000, 1},
  }};
  const std::optional<int64_t> kbps = InUnits(text, kUnits);
  if (!kbps || *kbps < 1 || *kbps > kLimitKbps) {
    Fail(
        ExitCode::kUsage, "E101",
        "{} '{}' is not a bandwidth from 1 kbit/s to 1 Tbit/s in whole kbit/s; "
        "write for example 64kbps, 3Mbps or 10Gbps",
        flag, text);
  }
  return *kbps;
}

void RequireInRange(std::string_view flag, int64_t kbps,
                    const BandwidthRange& range) {
  if (range.min_kbps <= kbps && kbps <= range.max_kbps) return;
  Fail(ExitCode::kUsage, "E140",
       "{} {} is outside the range that was compiled for, {} to {}; compile "
       "again with --min-bandwidth or --max-bandwidth",
       flag, FormatKbps(kbps), FormatKbps(range.min_kbps),
       FormatKbps(range.max_kbps));
}

std::vector<int64_t> ParseKbpsList(std::string_view flag,
                                   std::string_view text) {
  std::vector<int64_t> list;
  for (size_t from = 0; from <= text.size();) {
    const size_t to = std::min(text.find(',', from), text.size());
    const int64_t kbps = ParseKbps(flag, text.substr(from, to - from));
    if (!list.empty() && kbps <= list.back()) {
      Fail(ExitCode::kUsage, "E107",
           "{} '{}' must ascend; write for example 100,500,1000", flag, text);
    }
    list.push_back(kbps);
    from = to + 1;
  }
  return list;
}

int64_t ParseDurationNs(std::string_view flag, std::string_view text,
                        int64_t most_hours) {
  static constexpr std::array<Unit, 7> kUnits = {{{"ns", 1, 1},
                                                  {"us", 1000, 1},
                                                  {"µs", 1000, 1},
                                                  {"ms", 1'000'000, 1},
                                                  {"s", 1'000'000'000, 1},
                                                  {"min", 60'000'000'000, 1},
                                                  {"h", kHourNs, 1}}};
  if (text == "0") return 0;
  const std::optional<int64_t> ns = InUnits(text, kUnits);
  if (!ns || *ns > most_hours * kHourNs) {
    Fail(ExitCode::kUsage, "E102",
         "{} '{}' is not a time up to {} h in whole nanoseconds; write for "
         "example 200us, 5ms, 1s or 10min",
         flag, text, most_hours);
  }
  return *ns;
}

int64_t ParseBytes(std::string_view flag, std::string_view text) {
  static constexpr std::array<Unit, 8> kUnits = {{{"", 1, 1},
                                                  {"B", 1, 1},
                                                  {"kB", 1000, 1},
                                                  {"kiB", 1024, 1},
                                                  {"mB", 1'000'000, 1},
                                                  {"miB", 1 << 20, 1},
                                                  {"gB", 1'000'000'000, 1},
                                                  {"giB", 1 << 30, 1}}};
  const std::optional<int64_t> bytes = InUnits(text, kUnits);
  if (!bytes) {
    Fail(ExitCode::kUsage, "E103",
         "{} '{}' is not a size in whole bytes; write for example 4096, 64KiB "
         "or 2MB",
         flag, text);
  }
  return *bytes;
}

std::optional<double> ParseNumber(std::string_view text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

int64_t ParseCount(std::string_view flag, std::string_view text, int64_t min,
                   int64_t max) {
  int64_t count = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < min ||
      count > max) {
    Fail(ExitCode::kUsage, "E104",
         "{} '{}' is not a whole number from {} to {}", flag, text, min, max);
  }
  return count;
}

std::vector<int64_t> ParseShape(std::string_view flag, std::string_view text) {
  std::vector<int64_t> shape;
  std::string_view dims = text;
  if (dims.starts_with('[') && dims.ends_with(']')) {
    dims = dims.substr(1, dims.size() - 2);
  }
  if (dims.empty()) return shape;
  for (size_t from = 0; from <= dims.size();) {
    const size_t to = std::min(dims.find_first_of("xX,", from), dims.size());
    int64_t dim = 0;
    const auto [end, error] =
        std::from_chars(dims.data() + from, dims.data() + to, dim);
    if (error != std::errc() || end != dims.data() + to || dim < 0) {
      Fail(ExitCode::kUsage, "E105",
           "{} '{}' is not a shape; write for example 1x3x224x224", flag, text);
    }
    shape.push_back(dim);
    from = to + 1;
  }
  return shape;
}

TensorType ParseTensorType(std::string_view flag, std::string_view text) {
  TensorType type;
  type.kind = TensorType::Kind::kTensor;
  type.has_rank = true;
  const size_t bracket = text.find('[');
  if (bracket == 0 || bracket == std::string_view::npos) {
    type.shape = ParseShape(flag, text);
    return type;
  }
  const auto dtype = DTypeFromName(text.substr(0, bracket));
  if (!dtype || *dtype == DType::kUndefined) {
    Fail(ExitCode::kUsage, "E105",
         "{} '{}': '{}' is no type of elements; write for example "
         "float32[1,3,224,224]",
         flag, text, text.substr(0, bracket));
  }
  type.dtype = *dtype;
  type.shape = ParseShape(flag, text.substr(bracket));
  return type;
}

}  // namespace dnncut
