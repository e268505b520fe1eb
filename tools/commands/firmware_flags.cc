// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/firmware_flags.h"

#include <string_view>

#include "compiler/base/error.h"
#include "tools/cli/command.h"
#include "tools/text/percent.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;

HysteresisLimit HysteresisOf(const FirmwareFlags& flags) {
  if (flags.hysteresis && flags.switching_cost) {
    Fail(ExitCode::kUsage, "E125",
         "--hysteresis and --switching-cost exclude each other; give one");
  }
  if (flags.switching_cost) {
    return {HysteresisLimit::Kind::kSwitchingCost,
            ParseDurationNs("--switching-cost", *flags.switching_cost)};
  }
  HysteresisLimit limit;
  if (!flags.hysteresis) return limit;
  static_assert(kHundredPercent == kHysteresisWhole);
  limit.limit = ParsePercent("--hysteresis", *flags.hysteresis);
  if (limit.limit > kMaxHysteresis) {
    Fail(ExitCode::kUsage, "E126", "--hysteresis '{}' is above 1000%",
         *flags.hysteresis);
  }
  return limit;
}

int64_t DwellOf(const std::string& text) {
  const int64_t ns = ParseDurationNs("--min-dwell", text);
  if (ns % kNsPerMs != 0) {
    Fail(ExitCode::kUsage, "E126",
         "--min-dwell '{}' is no whole number of milliseconds; give for "
         "example 500ms or 2s",
         text);
  }
  return ns / kNsPerMs;
}

// "1.25" is 1250; nullopt when it is no such number. Only digits and one point.
std::optional<int64_t> Permille(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string digits(whole);
  std::string fraction;
  if (point != std::string_view::npos) {
    fraction = text.substr(point + 1);
    if (fraction.empty() || fraction.size() > 3) return std::nullopt;
  }
  fraction.resize(3, '0');
  digits += fraction;
  if (whole.empty() || digits.size() > 9) return std::nullopt;
  if (digits.find_first_not_of(kDigits) != std::string::npos) {
    return std::nullopt;
  }
  return std::stoll(digits);
}

SlowdownRange SlowdownOf(const std::string& text) {
  constexpr std::string_view kDots = "..";
  const size_t dots = text.find(kDots);
  const auto low = Permille(text.substr(0, dots));
  const auto high = dots == std::string::npos
                        ? low
                        : Permille(text.substr(dots + kDots.size()));
  if (!low || !high || *low < 1 || *low > *high || *high > kMaxSlowdown) {
    Fail(ExitCode::kUsage, "E126",
         "--server-slowdown '{}' must be one number or two, from 0.001 to {}, "
         "the "
         "lower first, with at most three decimals, for example 1..8",
         text, kMaxSlowdown / 1000);
  }
  return {*low, *high};
}

}  // namespace

void AddFirmwareFlags(CLI::App* app, FirmwareFlags* flags) {
  AddValue(app, "--hysteresis", "PERCENT", &flags->hysteresis,
           "firmware keeps a cut while it takes at most so much longer than "
           "the best; default 10%");
  AddValue(app, "--switching-cost", "TIME", &flags->switching_cost,
           "the same as a time: keeps it while an inference takes at most so "
           "much longer");
  AddValue(app, "--min-dwell", "TIME", &flags->min_dwell,
           "firmware keeps a cut at least so long; default 1s");
  AddValue(app, "--server-slowdown", "LOW..HIGH", &flags->server_slowdown,
           "store every cut that is best for some slowdown of the server in "
           "this range and some round trip, for example 1..8");
  AddValue(app, "--firmware-prefix", "NAME", &flags->prefix,
           "what the names in the C headers begin with; default dnncut");
}

FirmwareOptions FirmwareOptionsOf(const FirmwareFlags& flags) {
  FirmwareOptions options;
  options.hysteresis = HysteresisOf(flags);
  if (flags.min_dwell) options.dwell_ms = DwellOf(*flags.min_dwell);
  if (flags.server_slowdown) {
    options.slowdown = SlowdownOf(*flags.server_slowdown);
  }
  if (flags.prefix) {
    options.prefix = *flags.prefix;
    if (!IsFirmwarePrefix(options.prefix)) {
      Fail(ExitCode::kUsage, "E126",
           "--firmware-prefix '{}' must be a C identifier of at most 32 "
           "characters, for example net",
           options.prefix);
    }
  }
  return options;
}

}  // namespace dnncut
