// SPDX-License-Identifier: Apache-2.0
//
// Budgets as people write them: METRIC[@BANDWIDTH]<=LIMIT.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/problem/problem.h"
#include "tools/check/budget_metric.h"

namespace dnncut {

struct Budget {
  std::string name;                // without spaces: "latency@5Mbps<=80ms"
  std::string given;               // where and how, for messages
  std::string target;              // what is limited: "latency@5Mbps"
  const Metric* metric = nullptr;  // never null
  // The bandwidths at which it has to hold, one or a range; nullopt: all of the
  // table.
  std::optional<BandwidthRange> at;
  int64_t limit = 0;  // in the metric's unit
};

// `where` is what gave the text: "--budget", or a file and line. Throws Error
// (E801 to E804, and those of units.h and percent.h) for wrong usage.
Budget ParseBudget(std::string_view where, std::string_view text);

// One budget a line; '#' starts a comment. Throws Error: E806 when the file
// cannot be read, those of ParseBudget, as bad input, for a line.
std::vector<Budget> ReadBudgets(const std::string& path);

}  // namespace dnncut
