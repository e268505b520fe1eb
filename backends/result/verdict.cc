// SPDX-License-Identifier: Apache-2.0
#include "backends/result/verdict.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "compiler/base/unit_text.h"
#include "compiler/problem/cost_line.h"
#include "compiler/problem/cut.h"
#include "compiler/problem/cut_kind.h"
#include "compiler/problem/objective.h"
#include "compiler/table/cost_ratio.h"

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
    text += KindOf(costs) == CutKind::kDeviceOnly ? "on the device"
                                                  : "on the server";
    if (rows.size() == 1) break;
    text += i == 0 ? " up to " + FormatKbps(rows[i].max_kbps)
                   : " from " + FormatKbps(rows[i].min_kbps);
  }
  return text;
}

double Factor(const CostRatio& ratio) {
  return static_cast<double>(ratio.cost) / static_cast<double>(ratio.base);
}

// With three significant digits: "1.00x", "42.2x", "1940x".
std::string FactorText(double factor) {
  if (factor < 9.995) return fmt::format("{:.2f}x", factor);
  if (factor < 99.95) return fmt::format("{:.1f}x", factor);
  double unit = 1;
  while (factor / unit >= 999.5) unit *= 10;
  return fmt::format("{:.0f}x", std::round(factor / unit) * unit);
}

// To two digits.
std::string RoundKbps(int64_t kbps) {
  int64_t unit = 1;
  while (kbps / unit >= 100) unit *= 10;
  return FormatKbps((kbps + unit / 2) / unit * unit);
}

// "up to 38 Mbit/s, 22 Mbit/s to 64 Mbit/s"; `word` is "up to" or "from". Where
// a bandwidth is missing, the side is best nowhere.
std::string EndText(std::string_view word, const std::optional<int64_t>& end,
                    const std::optional<int64_t>& low,
                    const std::optional<int64_t>& high) {
  const std::string text =
      end ? fmt::format("{} {}", word, RoundKbps(*end)) : "nowhere";
  if (low && high) {
    return *low == *high ? text + " in all of the band"
                         : fmt::format("{}, {} to {}", text, RoundKbps(*low),
                                       RoundKbps(*high));
  }
  return fmt::format("{}, {} or nowhere", text, RoundKbps(low ? *low : *high));
}

// Of what is open and what is not, empty when a side is best nowhere anyway.
std::string DeviceText(const AnswerBand& band) {
  const auto& low = band.for_server.device_to_kbps;
  const auto& high = band.for_device.device_to_kbps;
  if (!low && !high) return "";
  return "the device alone is best " +
         EndText("up to", band.as_counted.device_to_kbps, low, high);
}

std::string ServerText(const AnswerBand& band) {
  const auto& low = band.for_server.server_from_kbps;
  const auto& high = band.for_device.server_from_kbps;
  if (!low && !high) return "";
  return "the server alone is best " +
         EndText("from", band.as_counted.server_from_kbps, low, high);
}

// Does the server follow right after the device?
bool AreAdjacent(const AnswerBand::Ends& ends) {
  return ends.device_to_kbps && ends.server_from_kbps &&
         *ends.device_to_kbps + 1 == *ends.server_from_kbps;
}

bool IsSplit(const CutTable& table, const TableRow& row) {
  return KindOf(table.cuts[row.cut].costs) == CutKind::kSplit;
}

// Where in the row its cut takes no longer than everything on one side. A row
// of an exact table is that everywhere; one of a table that was made smaller
// may only be the best of the cuts that are left.
KbpsInterval WhereItPays(const CostLine& ours, const TableRow& row,
                         const std::vector<CostLine>& alone) {
  KbpsInterval pays{row.min_kbps, row.max_kbps};
  for (const CostLine& theirs : alone) {
    pays = Intersect(
        pays, WhereNotPositive(ours - theirs, {row.min_kbps, row.max_kbps}));
  }
  return pays;
}

// Of the sides on which everything can be.
std::vector<CostLine> LinesAlone(const Problem& problem) {
  std::vector<CostLine> lines;
  for (const Side side : kSides) {
    const std::optional<CutCosts> alone = CostsAlone(problem, side);
    if (alone) lines.push_back(LatencyOf(*alone, problem.downlink));
  }
  return lines;
}

}  // namespace

// Within a row the table's latency and the other one are lines in 1/W, so their
// ratio is monotone and its extremes lie at the ends of rows.
std::optional<Gain> GainOver(const Problem& problem, const CutTable& table,
                             Side side) {
  const Cut alone(problem.layers.size(), side);
  if (!IsFeasible(problem, alone) || !Fits(problem, alone)) return std::nullopt;
  const CutCosts costs = CountCosts(problem, alone);
  const CostLine theirs = LatencyOf(costs, problem.downlink);
  CostRatio least;
  CostRatio most;
  int64_t most_kbps = 0;
  for (const TableRow& row : table.rows) {
    const CostLine ours =
        LatencyOf(table.cuts[row.cut].costs, problem.downlink);
    for (const int64_t kbps : {row.min_kbps, row.max_kbps}) {
      CostRatio ratio = RatioAt(theirs, ours, kbps);
      // If everything takes no time at all, nothing is gained.
      if (ratio.base == 0) ratio = {};
      if (most_kbps == 0 || ratio < least) least = ratio;
      if (most_kbps == 0 || most < ratio) {
        most = ratio;
        most_kbps = kbps;
      }
    }
  }
  return Gain{Factor(least), Factor(most), most_kbps};
}

std::string GainText(std::string_view place, const std::optional<Gain>& gain) {
  if (!gain) return fmt::format("{}-only is not possible", place);
  if (gain->least == 1 && gain->most == 1) {
    return fmt::format("none over {}-only", place);
  }
  return fmt::format("{} to {} over {}-only (most at {})",
                     FactorText(gain->least), FactorText(gain->most), place,
                     FormatKbps(gain->most_kbps));
}

std::string CauseOf(const Approximation& approximation) {
  if (approximation.kind == "search") return "the limit of the search";
  return fmt::format("--{}", approximation.kind);
}

std::string FactorsText(const RowRobustness::Factors& factors) {
  const auto text = [](int64_t permille) {
    return FormatExact(permille, kPermille, 3) + "x";
  };
  if (factors.to == kMostPermille) {
    return factors.from == 0 ? "any"
                             : fmt::format("from {}", text(factors.from));
  }
  if (factors.from == 0) return fmt::format("up to {}", text(factors.to));
  return fmt::format("{} to {}", text(factors.from), text(factors.to));
}

std::string WorstText(const RowRobustness& row) {
  if (!(CostRatio() < row.worst)) return "the best cut in all of that";
  return fmt::format(
      "at most {:.1f} % above the best, at {} with device times {}x and server "
      "times {}x",
      row.worst.Excess() * 100, FormatKbps(row.worst_kbps),
      FormatExact(row.worst_permille.device, kPermille, 3),
      FormatExact(row.worst_permille.server, kPermille, 3));
}

std::string MemoryText(const PerSide<MemoryUse>& use) {
  std::string text;
  for (const Side side : kSides) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", SideName(side),
                        FormatSize(use[side].Total()));
    if (use[side].weight_bytes == 0) continue;
    text += fmt::format(" ({} of weights)", FormatSize(use[side].weight_bytes));
  }
  return text;
}

std::string AnswerBandText(const AnswerBand& band, const CutTable& exact) {
  std::vector<std::string> parts;
  const auto add = [&parts](std::string text) {
    if (!text.empty()) parts.push_back(std::move(text));
  };
  add(DeviceText(band));
  if (AreAdjacent(band.as_counted) && AreAdjacent(band.for_device) &&
      AreAdjacent(band.for_server)) {
    parts.back() += ", above that the server";
  } else {
    add(ServerText(band));
  }
  if (!HasSplit(exact)) {
    parts.emplace_back(band.may_split
                           ? "whether to split is open: in the band it may pay"
                           : "no split pays anywhere in the band");
  } else if (parts.empty()) {
    parts.emplace_back("a split pays in all of it");
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string VerdictText(const Problem& problem, const CutTable& table,
                        const CutTable& exact) {
  if (!HasSplit(table)) {
    return fmt::format(
        "{}: run everything {}",
        HasSplit(exact) ? "no cut that is kept splits" : "do not split",
        PlacesText(table));
  }
  const std::vector<CostLine> alone = LinesAlone(problem);
  KbpsInterval pays;
  for (const TableRow& row : table.rows) {
    if (!IsSplit(table, row)) continue;
    const KbpsInterval here = WhereItPays(
        LatencyOf(table.cuts[row.cut].costs, problem.downlink), row, alone);
    if (here.empty()) continue;
    if (pays.empty()) pays.from = here.from;
    pays.to = here.to;
  }
  if (pays.empty()) {
    return "the cuts that are kept do not pay: one side alone is faster at "
           "every bandwidth";
  }
  return fmt::format("split: it pays from {}",
                     FormatKbpsRange(pays.from, pays.to));
}

}  // namespace dnncut
