// SPDX-License-Identifier: Apache-2.0
//
// Where the time of one inference goes, and where it comes from, for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backends/result/labels.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/problem.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// Adds up exactly; the total is rounded half up.
struct LatencyParts {
  int64_t device_ns = 0;
  int64_t network_ns = 0;  // round trip, transfers, what a crossing costs
  int64_t server_ns = 0;
  int64_t total_ns = 0;
};

LatencyParts PartsAt(const CutCosts& costs, const Downlink& downlink,
                     int64_t kbps);

// The bandwidth at which a row is shown: the geometric middle of its ends, cut
// to two digits when that is still inside.
int64_t MiddleKbps(int64_t min_kbps, int64_t max_kbps);

// A row of a table and what it costs in its middle.
struct ShownRow {
  TableRow row;
  int64_t shown_kbps = 0;  // where `parts` hold, see MiddleKbps
  LatencyParts parts;
};

std::vector<ShownRow> ShowRows(const CutTable& table, const Downlink& downlink);

// Milliseconds get so many decimals that the smallest total has three digits.
int ShownDecimals(const std::vector<ShownRow>& rows);

// ", slowdown 4"; nothing for 1.
std::string SlowdownText(double slowdown);

// Whose times they are: "board", "board, refined, slowdown 4".
std::string MachineText(const MachineLabel& machine,
                        const std::optional<double>& slowdown);

}  // namespace dnncut
