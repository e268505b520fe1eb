// SPDX-License-Identifier: Apache-2.0
#include "backends/result/firmware_json.h"

#include <cmath>

#include "compiler/files/json_text.h"

namespace dnncut {
namespace {

Json HysteresisJson(const HysteresisLimit& limit,
                    const Hysteresis& hysteresis) {
  Json json;
  if (limit.kind == HysteresisLimit::Kind::kSwitchingCost) {
    json["switching_cost_ns"] = limit.limit;
  } else {
    json["regret"] = static_cast<double>(limit.limit) /
                     static_cast<double>(kHysteresisWhole);
  }
  json["worst_regret"] = hysteresis.worst.Excess();
  json["worst_kbps"] = hysteresis.worst_kbps;
  return json;
}

HysteresisLimit ReadHysteresis(const JsonValue& json) {
  const auto cost = FindInt64(json, "switching_cost_ns");
  if (cost) return {HysteresisLimit::Kind::kSwitchingCost, *cost};
  const double most = static_cast<double>(kMaxHysteresis) / kHysteresisWhole;
  return {HysteresisLimit::Kind::kRegret,
          std::llround(GetDouble(json, "regret", 0, most) * kHysteresisWhole)};
}

SlowdownRange ReadSlowdownRange(const JsonValue& json) {
  SlowdownRange range;
  range.min_permille = GetInt64(json, "min_permille", 1, kMaxSlowdown);
  range.max_permille =
      GetInt64(json, "max_permille", range.min_permille, kMaxSlowdown);
  return range;
}

}  // namespace

Json FirmwareJson(const FirmwareOptions& options,
                  const Hysteresis& hysteresis) {
  Json json = {{"prefix", options.prefix},
               {"hysteresis", HysteresisJson(options.hysteresis, hysteresis)},
               {"min_dwell_ms", options.dwell_ms},
               {"server_slowdown", nullptr}};
  if (options.slowdown) {
    json["server_slowdown"] = {
        {"min_permille", options.slowdown->min_permille},
        {"max_permille", options.slowdown->max_permille}};
  }
  return json;
}

FirmwareOptions ReadFirmwareOptions(const JsonValue& firmware) {
  FirmwareOptions options;
  options.prefix = GetString(firmware, "prefix");
  if (!IsFirmwarePrefix(options.prefix)) {
    FailAt(GetMember(firmware, "prefix"),
           "must be a C identifier of at most 32 characters");
  }
  options.hysteresis = ReadHysteresis(GetMember(firmware, "hysteresis"));
  options.dwell_ms = GetInt64(firmware, "min_dwell_ms", 0, kMaxDwellMs);
  if (const auto slowdown = FindMember(firmware, "server_slowdown")) {
    options.slowdown = ReadSlowdownRange(*slowdown);
  }
  return options;
}

}  // namespace dnncut
