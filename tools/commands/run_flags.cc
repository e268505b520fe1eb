// SPDX-License-Identifier: Apache-2.0
#include "tools/commands/run_flags.h"

#include <fmt/format.h>

#include "compiler/base/error.h"
#include "tools/cli/command.h"
#include "tools/runtime/threads.h"
#include "tools/text/units.h"

namespace dnncut {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;

}  // namespace

void SetCount(std::string_view flag, const std::optional<std::string>& text,
              int64_t min, int64_t max, int* value) {
  if (text) *value = static_cast<int>(ParseCount(flag, *text, min, max));
}

std::optional<int> ThreadsOf(std::string_view flag,
                             const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return static_cast<int>(ParseCount(flag, *text, 0, kMaxThreads));
}

void SetTimeout(const std::optional<std::string>& text, int* seconds) {
  if (!text) return;
  const int64_t ns = ParseDurationNs("--timeout", *text);
  if (ns < kNsPerSecond) {
    Fail(ExitCode::kUsage, "E141",
         "--timeout '{}' is less than 1 s, which leaves no time to load a "
         "model; write for example 30s or 10min",
         *text);
  }
  *seconds = static_cast<int>((ns + kNsPerSecond - 1) / kNsPerSecond);
}

void AddOptimizationFlag(CLI::App* app, std::optional<std::string>* value) {
  AddValue(app, "--optimization", "LEVEL", value,
           "of ONNX Runtime: disabled, basic, extended or all (the default)");
}

void AddSideThreadsFlags(CLI::App* app, std::optional<std::string>* device,
                         std::optional<std::string>* server) {
  AddValue(app, "--device-threads", "N", device,
           "threads of device halves, 0 for one a core; default: those of the "
           "device in table.json, else 0");
  AddValue(app, "--server-threads", "N", server, "the same of server halves");
}

void AddTimeoutFlag(CLI::App* app, const std::string& what,
                    std::optional<std::string>* value) {
  AddValue(
      app, "--timeout", "TIME", value,
      fmt::format("how long {} may take, at least 1s; default 10min", what));
}

void AddOnnxRuntimeFlag(CLI::App* app, std::optional<std::string>* value) {
  AddValue(app, "--onnxruntime", "PATH", value,
           "ONNX Runtime's library or its folder; default: found by itself");
}

}  // namespace dnncut
