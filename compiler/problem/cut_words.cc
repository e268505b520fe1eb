// SPDX-License-Identifier: Apache-2.0
#include "compiler/problem/cut_words.h"

#include <fmt/format.h>

#include "compiler/base/unit_text.h"
#include "compiler/problem/cut_kind.h"

namespace dnncut {

std::string DeviceShareText(const CutCosts& costs) {
  return fmt::format("{} of {} layers on the device", costs.layers.device,
                     costs.layers.device + costs.layers.server);
}

std::string WhereText(const CutCosts& costs) {
  switch (KindOf(costs)) {
    case CutKind::kDeviceOnly:
      return std::string(kAllOnDevice);
    case CutKind::kServerOnly:
      return "all on the server";
    case CutKind::kSplit:
      break;
  }
  return DeviceShareText(costs);
}

std::string RangeText(const BandwidthRange& range) {
  if (range.min_kbps == range.max_kbps) {
    return "at " + FormatKbps(range.min_kbps);
  }
  return "from " + FormatKbpsRange(range.min_kbps, range.max_kbps);
}

}  // namespace dnncut
