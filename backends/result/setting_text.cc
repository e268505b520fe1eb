// SPDX-License-Identifier: Apache-2.0
#include "backends/result/setting_text.h"

#include <fmt/format.h>

#include "compiler/base/unit_text.h"

namespace dnncut {

std::string SlowdownText(double slowdown) {
  return slowdown == 1 ? "" : fmt::format(", slowdown {}", slowdown);
}

std::string MachineText(const MachineLabel& machine,
                        const std::optional<double>& slowdown) {
  if (!slowdown) return machine.name;
  return fmt::format("{}, refined{}", machine.name, SlowdownText(*slowdown));
}

std::string LinkText(const Problem& problem) {
  std::string text = fmt::format(
      "uplink {}, round trip {}",
      FormatKbpsRange(problem.range.min_kbps, problem.range.max_kbps),
      FormatDuration(problem.rtt_ns));
  if (problem.result == Side::kServer) {
    return text + ", results wanted on the server";
  }
  switch (problem.downlink.kind) {
    case Downlink::Kind::kSame:
      return text + ", downlink as uplink";
    case Downlink::Kind::kFree:
      return text + ", downlink free";
    case Downlink::Kind::kFixed:
      return text + ", downlink " + FormatKbps(problem.downlink.kbps);
  }
  return text;
}

}  // namespace dnncut
