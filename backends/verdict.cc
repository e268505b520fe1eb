// SPDX-License-Identifier: Apache-2.0
#include "backends/verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/cut.h"
#include "compiler/unit_text.h"

namespace dnncut {
namespace {

// "on the device up to 5 Mbit/s, on the server from 5.001 Mbit/s", of a table
// without splits.
std::string PlacesText(const CutTable& table) {
  const std::vector<TableRow>& rows = table.rows;
  std::string text;
  for (size_t i = 0; i < rows.size(); ++i) {
    const CutCosts& costs = table.cuts[rows[i].cut].costs;
    if (i > 0) text += ", ";
    text += costs.server_layers == 0 ? "on the device" : "on the server";
    if (rows.size() == 1) break;
    text += i == 0 ? " up to " + FormatKbps(rows[i].max_kbps)
                   : " from " + FormatKbps(rows[i].min_kbps);
  }
  return text;
}

}  // namespace

// Within a row the table's latency and the other one are lines in 1/W, so their
// ratio is monotone and its extremes lie at the ends of rows.
std::optional<Gain> GainOver(const Problem& problem, const CutTable& table,
                             Side side) {
  const Cut alone(problem.layers.size(), side);
  if (!IsFeasible(problem, alone)) return std::nullopt;
  const CutCosts costs = CountCosts(problem, alone);
  std::optional<Gain> gain;
  for (const TableRow& row : table.rows) {
    const CutCosts& best = table.cuts[row.cut].costs;
    for (const int64_t kbps : {row.min_kbps, row.max_kbps}) {
      const auto ours =
          static_cast<double>(ScaledLatency(best, problem.downlink, kbps));
      const auto theirs =
          static_cast<double>(ScaledLatency(costs, problem.downlink, kbps));
      const double factor = ours > 0 ? theirs / ours : 1;
      if (!gain) gain = Gain{factor, factor, kbps};
      gain->least = std::min(gain->least, factor);
      if (factor > gain->most) {
        gain->most = factor;
        gain->most_kbps = kbps;
      }
    }
  }
  return gain;
}

std::string GainText(std::string_view place, const std::optional<Gain>& gain) {
  if (!gain) return fmt::format("{}-only is not possible", place);
  if (gain->least == 1 && gain->most == 1) {
    return fmt::format("none over {}-only", place);
  }
  return fmt::format("{:.2f}x to {:.2f}x over {}-only (most at {})",
                     gain->least, gain->most, place,
                     FormatKbps(gain->most_kbps));
}

bool HasSplit(const CutTable& table) {
  return std::any_of(
      table.rows.begin(), table.rows.end(), [&table](const TableRow& row) {
        const CutCosts& costs = table.cuts[row.cut].costs;
        return costs.device_layers > 0 && costs.server_layers > 0;
      });
}

std::string VerdictText(const CutTable& table, const CutTable& exact) {
  if (!HasSplit(table)) {
    return fmt::format(
        "{}: run everything {}",
        HasSplit(exact) ? "no cut that is kept splits" : "do not split",
        PlacesText(table));
  }
  const auto is_split = [&table](const TableRow& row) {
    const CutCosts& costs = table.cuts[row.cut].costs;
    return costs.device_layers > 0 && costs.server_layers > 0;
  };
  const auto first =
      std::find_if(table.rows.begin(), table.rows.end(), is_split);
  const auto last =
      std::find_if(table.rows.rbegin(), table.rows.rend(), is_split);
  return fmt::format("split: it pays from {} to {}",
                     FormatKbps(first->min_kbps), FormatKbps(last->max_kbps));
}

std::string LinkText(const Problem& problem) {
  std::string text = fmt::format(
      "uplink {} to {}, round trip {}", FormatKbps(problem.range.min_kbps),
      FormatKbps(problem.range.max_kbps), FormatDuration(problem.rtt_ns));
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
