// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/firmware_flags.h"

#include <optional>
#include <string>
#include <string_view>

#include "compiler/base/error.h"
#include "tools/cli/readers.h"
#include "tools/text/percent.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;

HysteresisLimit RegretOf(std::string_view flag, const std::string& text) {
  static_assert(kHundredPercent == kHysteresisWhole);
  const int64_t limit = ParsePercent(flag, text);
  if (limit > kMaxHysteresis) {
    Fail(ExitCode::kUsage, "E126", "{} '{}' is above 1000%", flag, text);
  }
  return {HysteresisLimit::Kind::kRegret, limit};
}

HysteresisLimit SwitchingCostOf(std::string_view flag,
                                const std::string& text) {
  return {HysteresisLimit::Kind::kSwitchingCost, ParseDurationNs(flag, text)};
}

int64_t DwellMs(std::string_view flag, const std::string& text) {
  const int64_t ns = ParseDurationNs(flag, text);
  if (ns % kNsPerMs != 0) {
    Fail(ExitCode::kUsage, "E126",
         "{} '{}' is no whole number of milliseconds; give for example 500ms "
         "or 2s",
         flag, text);
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

SlowdownRange SlowdownOf(std::string_view flag, const std::string& text) {
  constexpr std::string_view kDots = "..";
  const size_t dots = text.find(kDots);
  const auto low = Permille(text.substr(0, dots));
  const auto high = dots == std::string::npos
                        ? low
                        : Permille(text.substr(dots + kDots.size()));
  if (!low || !high || *low < 1 || *low > *high || *high > kMaxSlowdown) {
    Fail(
        ExitCode::kUsage, "E126",
        "{} '{}' must be one number or two, from 0.001 to {}, the lower first, "
        "with at most three decimals, for example 1..8",
        flag, text, kMaxSlowdown / 1000);
  }
  return {*low, *high};
}

std::string PrefixOf(std::string_view flag, const std::string& text) {
  if (!IsFirmwarePrefix(text)) {
    Fail(ExitCode::kUsage, "E126",
         "{} '{}' must be a C identifier of at most 32 characters, for example "
         "net",
         flag, text);
  }
  return text;
}

}  // namespace

void AddFirmwareFlags(Flags* flags, FirmwareOptions* options) {
  flags->AddValue(
      "--hysteresis", "PERCENT", Parsed(&options->hysteresis, RegretOf),
      "firmware keeps a cut while it takes at most so much longer than "
      "the best; default 10%");
  flags->AddValue(
      "--switching-cost", "TIME", Parsed(&options->hysteresis, SwitchingCostOf),
      "the same as a time: keeps it while an inference takes at most so "
      "much longer");
  flags->AddValue("--min-dwell", "TIME", Parsed(&options->dwell_ms, DwellMs),
                  "firmware keeps a cut at least so long; default 1s");
  flags->AddValue(
      "--server-slowdown", "LOW..HIGH", Parsed(&options->slowdown, SlowdownOf),
      "store every cut that is best for some slowdown of the server in "
      "this range and some round trip, for example 1..8");
  flags->AddValue("--firmware-prefix", "NAME",
                  Parsed(&options->prefix, PrefixOf),
                  "what the names in the C headers begin with; default dnncut");
}

void CheckFirmwareFlags(const Flags& flags) {
  flags.Exclude("E125", "--hysteresis", "--switching-cost", "give one");
}

}  // namespace dnncut
