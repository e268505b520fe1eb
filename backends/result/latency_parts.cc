// SPDX-License-Identifier: Apache-2.0
#include "backends/result/latency_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

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

std::optional<TimeBand> BandOf(const LatencyParts& parts,
                               const PerSide<MachineLabel>& machines) {
  double low = 0;
  double high = 0;
  for (const Side side : kSides) {
    const auto ns = static_cast<double>(parts.ns[side]);
    low += ns - ns / machines[side].band;
    high += ns * machines[side].band - ns;
  }
  if (low == 0 && high == 0) return std::nullopt;
  return TimeBand{parts.total_ns - std::llround(low),
                  parts.total_ns + std::llround(high)};
}

void AddBand(const std::optional<TimeBand>& band,
             nlohmann::ordered_json* json) {
  if (band) (*json)["latency_band_ns"] = {band->low_ns, band->high_ns};
}

std::string BandMsText(const std::optional<TimeBand>& band) {
  if (!band) return "-";
  const int decimals = band->low_ns >= 10'000'000  ? 0
                       : band->low_ns >= 1'000'000 ? 1
                       : band->low_ns >= 100'000   ? 2
                                                   : 3;
  return fmt::format("{} to {}", FormatMs(band->low_ns, decimals),
                     FormatMs(band->high_ns, decimals));
}

std::string BandedText(int64_t total_ns, const std::optional<TimeBand>& band) {
  std::string total = FormatDuration(total_ns);
  if (!band) return total;
  return fmt::format("{}, {} to {}", total, FormatDuration(band->low_ns),
                     FormatDuration(band->high_ns));
}

std::vector<ShownRow> ShowRows(const CutTable& table, const Downlink& downlink,
                               const PerSide<MachineLabel>& machines) {
  std::vector<ShownRow> rows;
  for (const TableRow& row : table.rows) {
    const int64_t kbps = MiddleKbps(row.min_kbps, row.max_kbps);
    const LatencyParts parts =
        PartsAt(table.cuts[row.cut].costs, downlink, kbps);
    rows.push_back({row, kbps, parts, BandOf(parts, machines)});
  }
  return rows;
}

bool HasBand(const std::vector<ShownRow>& rows) {
  return std::ranges::any_of(
      rows, [](const ShownRow& row) { return row.band.has_value(); });
}

int ShownDecimals(const std::vector<ShownRow>& rows) {
  int64_t least_ns = INT64_MAX;
  for (const ShownRow& row : rows) {
    least_ns = std::min(least_ns, row.parts.total_ns);
  }
  return least_ns >= 100'000'000 ? 1 : least_ns >= 10'000'000 ? 2 : 3;
}

}  // namespace dnncut
