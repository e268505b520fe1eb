// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/limit_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "compiler/base/did_you_mean.h"
#include "compiler/base/error.h"
#include "compiler/base/interrupt.h"
#include "frontends/read/limits.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

constexpr std::string_view kTime = "time";
constexpr std::string_view kCuts = "cuts";
constexpr int64_t kMostTimeHours = 1000;
constexpr int64_t kDefaultTimeNs = int64_t{3600} * 1'000'000'000;

struct ModelLimit {
  std::string_view name;
  int64_t ModelLimits::*value;
  int64_t most;
  bool is_size = false;  // in bytes
};

constexpr int64_t kMostCount = 100'000'000;
constexpr int64_t kMostBytes = INT32_MAX;  // of a file in ONNX's format

constexpr auto kModelLimits = std::to_array<ModelLimit>({
    {"nodes", &ModelLimits::nodes, kMostCount},
    {"tensors", &ModelLimits::tensors, kMostCount},
    {"edges", &ModelLimits::edges, kMostCount},
    {"attributes", &ModelLimits::attributes, kMostCount},
    {"graph-bytes", &ModelLimits::graph_bytes, kMostBytes, true},
    {"nesting", &ModelLimits::nesting, kMaxNesting},
    {"rank", &ModelLimits::rank, kMaxRank},
    {"name-bytes", &ModelLimits::name_bytes, kMostBytes, true},
    {"expanded-nodes", &ModelLimits::expanded_nodes, kMostCount},
    {"call-depth", &ModelLimits::call_depth, kMaxCallDepth},
});

// Of a command with these limits.
std::vector<std::string> Names(const ModelLimits* limits, const int* cuts) {
  std::vector<std::string> names = {std::string(kTime)};
  if (cuts != nullptr) names.emplace_back(kCuts);
  if (limits == nullptr) return names;
  for (const ModelLimit& limit : kModelLimits) names.emplace_back(limit.name);
  return names;
}

// "time=30s" -> "time", "30s".
std::pair<std::string, std::string> Split(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    Fail(ExitCode::kUsage, "E106",
         "--limit '{}' has no name and value; write for example --limit "
         "time=30s",
         text);
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void CheckLimitName(const std::string& name,
                    const std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  Fail(ExitCode::kUsage, "E109", "--limit has no '{}', only {}{}", name,
       fmt::join(names, ", "), DidYouMean(name, names));
}

// Of a known name.
void SetModelLimit(const std::string& name, const std::string& value,
                   ModelLimits* limits) {
  const auto* limit =
      std::find_if(kModelLimits.begin(), kModelLimits.end(),
                   [&](const ModelLimit& known) { return known.name == name; });
  const std::string flag = fmt::format("--limit {}", name);
  const int64_t wanted = limit->is_size
                             ? ParseBytes(flag, value)
                             : ParseCount(flag, value, 0, limit->most);
  if (wanted > limit->most) {
    Fail(ExitCode::kUsage, "E104", "{} '{}' is more than {} bytes", flag, value,
         limit->most);
  }
  limits->*(limit->value) = wanted;
}

}  // namespace

void SetDefaultTimeLimit(Work work) {
  LimitTime(work == Work::kReadsModels || work == Work::kReadsResults
                ? std::optional(kDefaultTimeNs)
                : std::nullopt);
}

Reader LimitReader(ModelLimits* limits, int* cuts) {
  return [limits, cuts, given = std::set<std::string>()](
             std::string_view, const std::string& text) mutable {
    const auto [name, value] = Split(text);
    CheckLimitName(name, Names(limits, cuts));
    if (!given.insert(name).second) {
      Fail(ExitCode::kUsage, "E108", "--limit is given twice for '{}'", name);
    }
    if (name == kTime) {
      LimitTime(ParseDurationNs("--limit time", value, kMostTimeHours));
    } else if (name == kCuts) {
      *cuts =
          static_cast<int>(ParseCount("--limit cuts", value, 0, kMostCount));
    } else {
      SetModelLimit(name, value, limits);
    }
  };
}

void AddLimitFlag(Flags* flags, ModelLimits* limits, int* cuts) {
  flags->AddRepeatable(
      "--limit", "NAME=VALUE", LimitReader(limits, cuts),
      fmt::format("what the work may cost: {}; for example time=30s",
                  fmt::join(Names(limits, cuts), ", ")));
}

void AddTimeLimitFlag(Flags* flags) { AddLimitFlag(flags, nullptr); }

}  // namespace dnncut
