// SPDX-License-Identifier: Apache-2.0
#include "tools/run_flags.h"

#include <algorithm>

#include "tools/units.h"

namespace dnncut {
namespace {

constexpr int64_t kMaxThreads = 1024;
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

int ThreadsFor(const std::optional<int>& given, const MachineLabel& machine) {
  if (given) return *given;
  return static_cast<int>(std::min(machine.threads.value_or(0), kMaxThreads));
}

void SetTimeout(const std::optional<std::string>& text, int* seconds) {
  if (!text) return;
  const int64_t ns = ParseDurationNs("--timeout", *text);
  *seconds = static_cast<int>(
      std::max<int64_t>(1, (ns + kNsPerSecond - 1) / kNsPerSecond));
}

}  // namespace dnncut
