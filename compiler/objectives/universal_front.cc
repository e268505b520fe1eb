// SPDX-License-Identifier: Apache-2.0
//
// Four numbers are searched for (and cuts that have the same ones have the same
// sum, so that all of them may break ties), or three where the bytes of one
// cost are those of the other one times a constant, in all prices: then they
// compare alike.
//
// A deadline. At W the cuts that meet it are those with first.At(W) <= W *
// deadline. That is linear in W, so each point meets it on one interval of
// bandwidths. Between the ends of all intervals the same points meet it, and
// the best is the lower envelope of their second costs (lower_envelope.h), or,
// where there are none, of all points' first costs. Any cut has a point of the
// front that costs at most as much of both at every bandwidth, so the envelope
// of the points is that of all cuts.
//
// The gap, when the search ended early: a cut that was not found costs at least
// what an open corner says. The ratio of a row's cost to a corner's is monotone
// in W (compare_costs.cc), so it is largest at an end of where the row is and
// the corner meets the deadline.
#include "compiler/objectives/universal_front.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <tuple>

#include "compiler/objectives/priced_graph.h"
#include "compiler/problem/memory_use.h"
#include "compiler/table/lower_envelope.h"

namespace dnncut {
namespace {

enum LineAmount { kFirstFixed, kFirstBytes, kSecondFixed, kSecondBytes };

Amounts AmountsOf(const CostLine& first, const CostLine& second) {
  Amounts amounts;
  amounts[kFirstFixed] = first.fixed;
  amounts[kFirstBytes] = first.bytes;
  amounts[kSecondFixed] = second.fixed;
  amounts[kSecondBytes] = second.bytes;
  return amounts;
}

Prices BothPrices(const LinePrices& first, const LinePrices& second) {
  Prices prices;
  prices.count = 4;
  for (size_t l = 0; l < first.layers.size(); ++l) {
    PerSide<Amounts>& price = prices.layers.emplace_back();
    for (const Side side : kSides) {
      price[side] = AmountsOf(first.layers[l][side], second.layers[l][side]);
    }
  }
  for (size_t t = 0; t < first.uploads.size(); ++t) {
    prices.uploads.push_back(AmountsOf(first.uploads[t], second.uploads[t]));
    prices.downloads.push_back(
        AmountsOf(first.downloads[t], second.downloads[t]));
  }
  prices.round_trip = AmountsOf(first.round_trip, second.round_trip);
  return prices;
}

// Calls `call` with each price.
template <typename Call>
void ForEachPrice(Prices* prices, const Call& call) {
  for (PerSide<Amounts>& price : prices->layers) {
    call(&price.device);
    call(&price.server);
  }
  for (Amounts& price : prices->uploads) call(&price);
  for (Amounts& price : prices->downloads) call(&price);
  call(&prices->round_trip);
}

// Leaves the second bytes out where they always are the first ones times the
// same constant. They must not be missing where the first ones are there only
// sometimes.
void DropProportional(Prices* prices) {
  std::optional<std::array<int64_t, 2>> ratio;
  bool is_proportional = true;
  ForEachPrice(prices, [&](const Amounts* price) {
    const std::array<int64_t, 2> bytes = {(*price)[kFirstBytes],
                                          (*price)[kSecondBytes]};
    if (bytes == std::array<int64_t, 2>{}) return;
    if (!ratio) ratio = bytes;
    is_proportional =
        is_proportional && (*ratio)[0] > 0 &&
        Int128{bytes[0]} * (*ratio)[1] == Int128{bytes[1]} * (*ratio)[0];
  });
  if (!is_proportional) return;
  ForEachPrice(prices, [](Amounts* price) { (*price)[kSecondBytes] = 0; });
  prices->count = 3;
}

UniversalFront::Point MakePoint(const Problem& problem, const LinePrices& first,
                                const LinePrices& second, const Cut& cut) {
  return {{cut, CountCosts(problem, cut)},
          {CostOf(problem, first, cut), CostOf(problem, second, cut)}};
}

Amounts AmountsOf(const TwoCosts& costs) {
  return AmountsOf(costs.first, costs.second);
}

// Of a graph that is too wide to search: the cuts of the objective's table.
UniversalFront TableFront(const Problem& problem, const LinePrices& first,
                          const LinePrices& second, const MemoryBound* memory) {
  UniversalFront front;
  front.open.emplace_back();
  for (const TableCut& cut :
       BuildCutTable(problem, MakeBlockGraph(problem)).cuts) {
    if (memory != nullptr &&
        !IsWithin(*memory, CountMemoryUse(problem, *memory, cut.cut))) {
      continue;
    }
    front.points.push_back(MakePoint(problem, first, second, cut.cut));
  }
  return front;
}

// The integers of the range at which the first cost is at most the deadline.
KbpsInterval WhereMet(const CostLine& first, int64_t deadline,
                      const BandwidthRange& range) {
  return WhereAtMost(Int128{first.fixed} - deadline, -first.OnLink(), range);
}

// The first bandwidths of the longest ranges on which the same points meet the
// deadline, and one behind the last.
std::vector<int64_t> Borders(const std::vector<KbpsInterval>& met,
                             const BandwidthRange& range) {
  std::set<int64_t> borders = {range.min_kbps, range.max_kbps + 1};
  for (const KbpsInterval& where : met) {
    if (where.empty()) continue;
    borders.insert(where.from);
    borders.insert(where.to + 1);
  }
  return {borders.begin(), borders.end()};
}

// The rows of a range on which the same points meet the deadline.
std::vector<DeadlineRow> RowsBetween(const UniversalFront& front,
                                     const std::vector<KbpsInterval>& met,
                                     const BandwidthRange& range) {
  std::vector<int> points;
  for (int i = 0; i < std::ssize(front.points); ++i) {
    if (met[i].Has(range.min_kbps)) points.push_back(i);
  }
  const bool is_late = points.empty();
  std::vector<EnvelopeCut> lines;
  if (is_late) {
    for (int i = 0; i < std::ssize(front.points); ++i) points.push_back(i);
  }
  for (const int i : points) {
    const UniversalFront::Point& point = front.points[i];
    lines.push_back(
        {is_late ? point.costs.first : point.costs.second,
         static_cast<int>(point.cut.costs.AllLayers(Side::kDevice))});
  }
  std::vector<DeadlineRow> rows;
  for (const TableRow& row : LowerEnvelope(lines, range)) {
    rows.push_back(
        {{row.min_kbps, row.max_kbps}, points[row.cut], is_late, {}});
  }
  return rows;
}

// See above.
CostRatio GapOfRow(const UniversalFront& front, const DeadlineRow& row,
                   int64_t deadline) {
  CostRatio gap;
  const TwoCosts& costs = front.points[row.point].costs;
  for (const TwoCosts& open : front.open) {
    KbpsInterval where = {row.range.min_kbps, row.range.max_kbps};
    if (!row.is_late) where = WhereMet(open.first, deadline, row.range);
    if (where.empty()) continue;
    for (const int64_t kbps : {where.from, where.to}) {
      const CostRatio ratio = row.is_late
                                  ? RatioAt(costs.first, open.first, kbps)
                                  : RatioAt(costs.second, open.second, kbps);
      if (gap < ratio) gap = ratio;
    }
  }
  return gap;
}

}  // namespace

UniversalFront MakeUniversalFront(const Problem& problem,
                                  const LinePrices& first,
                                  const LinePrices& second,
                                  const SearchLimits& limits,
                                  const MemoryBound* memory) {
  Prices prices = BothPrices(first, second);
  DropProportional(&prices);
  const BlockGraph blocks = MakeBlockGraph(problem);
  FrontQuestion question;
  question.objectives = prices.count;
  for (int k = 0; k < prices.count; ++k) {
    question.amounts.push_back({k, true});
  }
  const std::optional<Front> searched =
      SearchFrontWithin(problem, blocks, prices, question, memory, limits);
  if (!searched) return TableFront(problem, first, second, memory);
  const Front& found = *searched;
  UniversalFront front;
  for (const FrontPoint& point : found.points) {
    const Cut cut = ExpandCut(blocks, point.on_device,
                              static_cast<int>(problem.layers.size()));
    front.points.push_back(MakePoint(problem, first, second, cut));
    const Amounts amounts = AmountsOf(front.points.back().costs);
    bool is_same = true;
    for (int k = 0; k < prices.count; ++k) {
      is_same = is_same && amounts[k] == point.amounts[k];
    }
    if (!is_same) {
      throw std::logic_error("the cost of a cut is not that of its decisions");
    }
  }
  for (const OpenRegion& region : found.open) {
    // What was dropped is at least 0.
    front.open.push_back(
        {{region.from[kFirstFixed], region.from[kFirstBytes]},
         {region.from[kSecondFixed], region.from[kSecondBytes]}});
  }
  front.is_canonical = found.is_canonical;
  front.labels = found.labels;
  return front;
}

std::vector<DeadlineRow> MeetDeadline(const UniversalFront& front,
                                      int64_t deadline,
                                      const BandwidthRange& range) {
  if (front.points.empty()) return {};
  std::vector<KbpsInterval> met;
  for (const UniversalFront::Point& point : front.points) {
    met.push_back(WhereMet(point.costs.first, deadline, range));
  }
  const std::vector<int64_t> borders = Borders(met, range);
  std::vector<DeadlineRow> rows;
  for (size_t i = 0; i + 1 < borders.size(); ++i) {
    for (const DeadlineRow& row :
         RowsBetween(front, met, {borders[i], borders[i + 1] - 1})) {
      if (!rows.empty() && rows.back().point == row.point &&
          rows.back().is_late == row.is_late) {
        rows.back().range.max_kbps = row.range.max_kbps;
      } else {
        rows.push_back(row);
      }
    }
  }
  for (DeadlineRow& row : rows) row.gap = GapOfRow(front, row, deadline);
  return rows;
}

std::vector<int> TradeOffs(const UniversalFront& front, int64_t kbps) {
  const auto key = [&](int i) {
    const UniversalFront::Point& point = front.points[i];
    return std::tuple(point.costs.first.At(kbps), point.costs.second.At(kbps),
                      point.cut.costs.AllLayers(Side::kDevice), i);
  };
  std::vector<int> order;
  for (int i = 0; i < std::ssize(front.points); ++i) order.push_back(i);
  std::ranges::sort(order, {}, key);
  std::vector<int> points;
  for (const int i : order) {
    const Int128 second = front.points[i].costs.second.At(kbps);
    if (!points.empty() &&
        front.points[points.back()].costs.second.At(kbps) <= second) {
      continue;
    }
    points.push_back(i);
  }
  return points;
}

}  // namespace dnncut
