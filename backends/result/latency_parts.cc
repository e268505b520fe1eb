// SPDX-License-Identifier: Apache-2.0
#include "backends/result/latency_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "backends/result/middle_kbps.h"
#include "compiler/base/unit_text.h"
#include "compiler/problem/side.h"

namespace dnncut {

LatencyParts PartsAt(const CutCosts& costs, const Downlink& downlink,
                     int64_t kbps) {
  LatencyParts parts;
  parts.ns = costs.ns;
  parts.total_ns = LatencyNs(costs, downlink, kbps);
  parts.network_ns = parts.total_ns - parts.ns.device - parts.ns.server;
  return parts;
}

std::array<std::pair<std::string_view, int64_t>, 3> NamedParts(
    const LatencyParts& parts) {
  return {{{"device", parts.ns.device},
           {"network", parts.network_ns},
           {"server", parts.ns.server}}};
}

std::string PartsSumText(const LatencyParts& parts) {
  return fmt::format(
      "device {} + network {} + server {}", FormatDuration(parts.ns.device),
      FormatDuration(parts.network_ns), FormatDuration(parts.ns.server));
}

std::optional<LatencyParts> MeasuredParts(const ShownRow& row,
                                          const MeasuredTimes& times) {
  if (!times.device && !times.server) return std::nullopt;
  LatencyParts parts = row.parts;
  for (const Side side : kSides) {
    parts.ns[side] = times[side].value_or(parts.ns[side]);
  }
  parts.total_ns = parts.ns.device + parts.network_ns + parts.ns.server;
  return parts;
}

std::vector<ShownRow> ShowRows(const CutTable& table,
                               const Downlink& downlink) {
  std::vector<ShownRow> rows;
  for (const TableRow& row : table.rows) {
    const int64_t kbps = MiddleKbps(row.min_kbps, row.max_kbps);
    rows.push_back(
        {row, kbps, PartsAt(table.cuts[row.cut].costs, downlink, kbps)});
  }
  return rows;
}

int ShownDecimals(const std::vector<ShownRow>& rows) {
  int64_t least_ns = INT64_MAX;
  for (const ShownRow& row : rows) {
    least_ns = std::min(least_ns, row.parts.total_ns);
  }
  return least_ns >= 100'000'000 ? 1 : least_ns >= 10'000'000 ? 2 : 3;
}

}  // namespace dnncut
