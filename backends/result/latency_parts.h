// SPDX-License-Identifier: Apache-2.0
//
// The parts of the time of one inference, and texts about them for people.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/result/labels.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/problem.h"
#include "compiler/problem/side.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// The parts add up exactly to the total, which is rounded half up.
struct LatencyParts {
  PerSide<int64_t> ns;
  int64_t network_ns = 0;  // round trip, transfers, what a crossing costs
  int64_t total_ns = 0;
};

LatencyParts PartsAt(const CutCosts& costs, const Downlink& downlink,
                     int64_t kbps);

// With what it is called: "device", "network", "server", as time goes by.
std::array<std::pair<std::string_view, int64_t>, 3> NamedParts(
    const LatencyParts& parts);

// "device 5 ms + network 7.6 ms + server 400 us".
std::string PartsSumText(const LatencyParts& parts);

// Between what a time lies whose parts may be off.
struct TimeBand {
  int64_t low_ns = 0;
  int64_t high_ns = 0;

  bool operator==(const TimeBand&) const = default;
};

// Of the total, by the bands of the machines; nullopt: no part is off.
std::optional<TimeBand> BandOf(const LatencyParts& parts,
                               const PerSide<MachineLabel>& machines);

// As the member "latency_band_ns", where there is a band.
void AddBand(const std::optional<TimeBand>& band, nlohmann::ordered_json* json);

// "18 to 48": milliseconds with two digits of the lower one; "-" without.
std::string BandMsText(const std::optional<TimeBand>& band);

// "30.3 ms, 18.2 ms to 48.1 ms", or the duration alone.
std::string BandedText(int64_t total_ns, const std::optional<TimeBand>& band);

// A row of a table and what it costs in its middle.
struct ShownRow {
  TableRow row;
  int64_t shown_kbps = 0;  // where `parts` hold, see MiddleKbps
  LatencyParts parts;
  std::optional<TimeBand> band;
};

// The same with the times of the halves that were measured; nullopt when none
// was.
std::optional<LatencyParts> MeasuredParts(const ShownRow& row,
                                          const MeasuredTimes& times);

std::vector<ShownRow> ShowRows(const CutTable& table, const Downlink& downlink,
                               const PerSide<MachineLabel>& machines);

// Does one of them have a band?
bool HasBand(const std::vector<ShownRow>& rows);

// The number of decimals of milliseconds: enough for three digits of the
// smallest total.
int ShownDecimals(const std::vector<ShownRow>& rows);

}  // namespace dnncut
