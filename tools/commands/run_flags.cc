// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/run_flags.h"

#include <fmt/format.h>

#include <string_view>

#include "compiler/base/error.h"

namespace dnncut {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;

}  // namespace

Reader TimeoutSeconds(int* seconds) {
  return [=](std::string_view flag, const std::string& text) {
    const int64_t ns = ParseDurationNs(flag, text);
    if (ns < kNsPerSecond) {
      Fail(ExitCode::kUsage, "E141",
           "{} '{}' is less than 1 s, which leaves no time to load a model; "
           "write for example 30s or 10min",
           flag, text);
    }
    *seconds = static_cast<int>((ns + kNsPerSecond - 1) / kNsPerSecond);
  };
}

void AddOptimizationFlag(Flags* flags, OptimizationLevel* level) {
  flags->AddValue(
      "--optimization", "LEVEL", Parsed(level, ParseOptimization),
      "of ONNX Runtime: disabled, basic, extended or all (the default)");
}

void AddSideThreadsFlags(Flags* flags, PerSide<std::optional<int>>* threads) {
  flags->AddValue(
      "--device-threads", "N", Threads(&threads->device),
      "threads of device halves, 0 for one a core; default: those of the "
      "device in table.json, else 0");
  flags->AddValue("--server-threads", "N", Threads(&threads->server),
                  "the same of server halves");
}

void AddTimeoutFlag(Flags* flags, const std::string& what, int* seconds) {
  flags->AddValue(
      "--timeout", "TIME", TimeoutSeconds(seconds),
      fmt::format("how long {} may take, at least 1s; default 10min", what));
}

void AddOnnxRuntimeFlag(Flags* flags, std::string* path) {
  flags->AddValue("--onnxruntime", "PATH", Text(path),
                  "ONNX Runtime's library or its folder; default: found by "
                  "itself");
}

}  // namespace dnncut
