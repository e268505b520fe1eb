// SPDX-License-Identifier: Apache-2.0
#include "tools/check/hysteresis_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "compiler/table/cut_table.h"
#include "compiler/table/hysteresis.h"

namespace dnncut {
namespace {

// Of the table, without what only the compiler knows of it.
CutTable CostsAndRows(const TableFile& table) {
  CutTable costs;
  for (const TableFile::Cut& cut : table.cuts) {
    costs.cuts.push_back({{}, cut.costs});
  }
  costs.rows = table.rows;
  return costs;
}

// The last digit of what is stated may be rounded.
bool IsStated(double regret, const std::optional<double>& stated) {
  if (!stated || !std::isfinite(regret))
    return !stated == !std::isfinite(regret);
  return std::abs(regret - *stated) <= 1e-12 * std::max(1.0, regret);
}

}  // namespace

std::string HysteresisDifference(const TableFile& table) {
  if (!table.hysteresis) return "";
  const TableFile::StatedHysteresis& stated = *table.hysteresis;
  const Hysteresis made = MakeHysteresis(CostsAndRows(table), table.downlink,
                                         table.firmware.hysteresis);
  for (size_t row = 0; row < made.stay.size(); ++row) {
    if (made.stay[row] == stated.stay[row]) continue;
    return fmt::format("down_kbps or up_kbps of row {}", row);
  }
  if (!IsStated(made.worst.Excess(), stated.worst_regret)) {
    return "worst_regret of 'hysteresis'";
  }
  if (made.worst_kbps != stated.worst_kbps) {
    return "worst_kbps of 'hysteresis'";
  }
  return "";
}

}  // namespace dnncut
