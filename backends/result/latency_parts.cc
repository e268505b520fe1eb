// SPDX-License-Identifier: Apache-2.0
#include "backends/result/latency_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/base/unit_text.h"
#include "compiler/problem/side.h"

namespace dnncut {
namespace {

// The largest integer whose square is at most `value`.
int64_t SquareRoot(int64_t value) {
  int64_t low = 0;
  int64_t high = 3'037'000'499;  // its square is the largest that fits
  while (low < high) {
    const int64_t middle = low + (high - low + 1) / 2;
    if (middle * middle <= value) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace

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

int64_t MiddleKbps(int64_t min_kbps, int64_t max_kbps) {
  // At most kLimitKbps squared, which fits.
  const int64_t middle = SquareRoot(min_kbps * max_kbps);
  int64_t unit = 1;
  while (middle / unit >= 100) unit *= 10;
  const int64_t round = middle / unit * unit;
  return round >= min_kbps ? round : middle;
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

std::string SlowdownText(double slowdown) {
  return slowdown == 1 ? "" : fmt::format(", slowdown {}", slowdown);
}

std::string MachineText(const MachineLabel& machine,
                        const std::optional<double>& slowdown) {
  if (!slowdown) return machine.name;
  return fmt::format("{}, refined{}", machine.name, SlowdownText(*slowdown));
}

}  // namespace dnncut
