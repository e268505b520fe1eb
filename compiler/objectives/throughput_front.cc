// SPDX-License-Identifier: Apache-2.0
//
// Write c for how busy the busiest machine is and b for the bytes on the link;
// a frame takes max(c, 8e6 b / W). A cut with less c and less b than another
// one is never worse, whatever W is, so the best cut of every W is among those
// that nothing dominates: the front of (c, b). Let these be 1, 2, ... with c
// rising and b falling. W times the time is max(c W, 8e6 b). With i before j,
//
//   max(c_i W, 8e6 b_i) <= max(c_j W, 8e6 b_j)   if and only if
//   8e6 b_i <= c_j W,
//
// because c_i < c_j and b_i > b_j: where 8e6 b_i is more than c_j W it is more
// than 8e6 b_j, too; elsewhere neither part on the left is more than c_j W. So
// i is at least as good as its neighbour i+1 from W = ceil(8e6 b_i / c_{i+1})
// on. These bandwidths fall with i, so the rows are those of neighbours: from
// this W up to that of i-1, if there is one in between. The machines' side of a
// tie is the less busy one.
//
// Only a part of the front matters for a range of bandwidths. Let T be the
// least known frame time at the highest W of the range. A cut with 8e6 b > T W
// is nowhere as good as that one: at w <= W that one has max(c' w, 8e6 b') <= T
// W. Likewise one with c > the least known time at the lowest W is nowhere as
// good.
//
// Where a search ended early, there are two bounds of what it has missed
// (front_search.h). A missed cut is at least as slow as one with the lower left
// corner of an open region would be. The ratio of a row's time to that is a
// quotient of two functions max(c W, 8e6 b), so it is monotone between the
// bandwidths at which one of them bends, which is at 8e6 b / c, and its largest
// value is at the ends of the row or beside a bend. And every cut has
// u c + v b >= s for some weights; so, with a frame time T >= c and
// T >= 8e6 b / W, T (u + v W / 8e6) >= s, and
//
//   W T >= 8e6 s W / (8e6 u + v W).
//
// The ratio of the row's time to this bound falls with W as long as the row's
// time is 8e6 b / W, and rises where it is c: it is largest at an end of the
// row. The gap of a row is the smallest that one of these bounds gives.
#include "compiler/objectives/throughput_front.h"

#include <algorithm>
#include <array>
#include <optional>

#include "compiler/base/rounding.h"
#include "compiler/objectives/weighted_front.h"
#include "compiler/problem/block_graph.h"

namespace dnncut {
namespace {

// The amounts of a cut, and the objectives that they are parts of.
enum StreamAmount { kOnDevice, kOnServer, kComingDown, kSent, kWaiting };
constexpr int kBusiest = 0;
constexpr int kBytes = 1;
constexpr int kStreamAmounts = 5;

Prices StreamPrices(const Problem& problem) {
  Prices prices;
  prices.count = kStreamAmounts;
  for (const ProblemLayer& layer : problem.layers) {
    PerSide<Amounts>& price = prices.layers.emplace_back();
    price.device[kOnDevice] = layer.ns.device;
    price.server[kOnServer] = layer.ns.server;
  }
  for (const ProblemTensor& tensor : problem.tensors) {
    Amounts& up = prices.uploads.emplace_back();
    Amounts& down = prices.downloads.emplace_back();
    if (!tensor.bytes) continue;
    up[kOnDevice] = tensor.cross_ns;
    up[kSent] = *tensor.bytes;
    if (problem.downlink.kind == Downlink::Kind::kSame) {
      down[kSent] = *tensor.bytes;
    }
    // Of what may come down, which need not be everything.
    if (WantedOn(problem, tensor) != Side::kDevice && !IsFed(tensor)) continue;
    down[kComingDown] = FixedDownloadNs(problem.downlink, *tensor.bytes);
  }
  prices.round_trip[kWaiting] = problem.rtt_ns;
  return prices;
}

// What frame times are made of.
struct Pace {
  int64_t busiest_ns = 0;
  int64_t bytes = 0;

  explicit Pace(const Values& values)
      : busiest_ns(values[kBusiest]), bytes(values[kBytes]) {}

  Int128 At(int64_t kbps) const {
    return ScaledFrameNs(busiest_ns, bytes, kbps);
  }
};

int64_t Narrowed(Int128 value) {
  return static_cast<int64_t>(std::min<Int128>(value, kNoLimit));
}

// What a cut may be at most to be as good as the known ones somewhere.
Values MostOfInterest(const BandwidthRange& range,
                      const std::vector<FrontPoint>& known) {
  const auto least_at = [&](int64_t kbps) {
    Int128 least = Pace(known[0].values).At(kbps);
    for (const FrontPoint& point : known) {
      least = std::min(least, Pace(point.values).At(kbps));
    }
    return least;
  };
  return {Narrowed(least_at(range.min_kbps) / range.min_kbps),
          Narrowed(least_at(range.max_kbps) / kByteNsKbps)};
}

// The first bandwidth at which a point is at least as good as the next one.
int64_t FirstKbps(const FrontPoint& point, const FrontPoint& next,
                  const BandwidthRange& range) {
  const Int128 scaled = Int128{kByteNsKbps} * point.values[kBytes];
  const Int128 first = -DivideDown(-scaled, next.values[kBusiest]);
  return static_cast<int64_t>(std::clamp<Int128>(first, Int128{range.min_kbps},
                                                 Int128{range.max_kbps} + 1));
}

// Leaves the points that have rows, in their order: the last one is the first
// row's. Returns the rows, whose cuts are indices into the points.
std::vector<TableRow> MakeRows(const BandwidthRange& range,
                               std::vector<FrontPoint>* points) {
  std::ranges::sort(*points, {}, &FrontPoint::values);
  std::vector<TableRow> rows;
  std::vector<FrontPoint> kept;
  int64_t end = range.max_kbps;
  for (size_t i = 0; i < points->size() && end >= range.min_kbps; ++i) {
    const bool is_last = i + 1 == points->size();
    const int64_t from = is_last
                             ? range.min_kbps
                             : FirstKbps((*points)[i], (*points)[i + 1], range);
    if (from > end) continue;
    rows.push_back({from, end, static_cast<int>(kept.size())});
    kept.push_back(std::move((*points)[i]));
    end = from - 1;
  }
  *points = std::move(kept);
  return rows;
}

FrontQuestion StreamQuestion(const BandwidthRange& range) {
  FrontQuestion question;
  question.objectives = 2;
  question.amounts.resize(kStreamAmounts);
  question.amounts[kOnDevice] = {kBusiest, true};
  question.amounts[kOnServer] = {kBusiest, true};
  question.amounts[kComingDown] = {kBusiest, true};
  question.amounts[kSent] = {kBytes, false};
  question.amounts[kWaiting] = {-1, true};
  question.most = [range](const std::vector<FrontPoint>& known) {
    return MostOfInterest(range, known);
  };
  question.select = [range](std::vector<FrontPoint>* points) {
    MakeRows(range, points);
  };
  return question;
}

// The integers of the row beside the one at which the pace changes from bytes
// to time.
void AddBend(const Pace& pace, const TableRow& row,
             std::vector<int64_t>* places) {
  if (pace.busiest_ns == 0) return;
  const Int128 bend = Int128{kByteNsKbps} * pace.bytes / pace.busiest_ns;
  for (const Int128 place : {bend, bend + 1}) {
    if (row.min_kbps <= place && place <= row.max_kbps) {
      places->push_back(static_cast<int64_t>(place));
    }
  }
}

FrameGap GapAt(const Pace& pace, Int128 bound, int64_t kbps) {
  const CostRatio ratio = {pace.At(kbps), bound};
  return {ratio.cost > ratio.base ? ratio : CostRatio{}, kbps};
}

void KeepLarger(const FrameGap& gap, FrameGap* largest) {
  if (largest->kbps == 0 || largest->ratio < gap.ratio) *largest = gap;
}

FrameGap GapToCorners(const Pace& pace, const TableRow& row,
                      const std::vector<OpenRegion>& open) {
  FrameGap gap = {{}, row.min_kbps};
  for (const OpenRegion& region : open) {
    const Pace bound(region.from);
    std::vector<int64_t> places = {row.min_kbps, row.max_kbps};
    AddBend(pace, row, &places);
    AddBend(bound, row, &places);
    for (const int64_t kbps : places) {
      KeepLarger(GapAt(pace, bound.At(kbps), kbps), &gap);
    }
  }
  return gap;
}

FrameGap GapToLine(const Pace& pace, const TableRow& row,
                   const LinearBound& line) {
  FrameGap gap;
  for (const int64_t kbps : {row.min_kbps, row.max_kbps}) {
    const Int128 weight = Int128{kByteNsKbps} * line.weights[kBusiest] +
                          Int128{kbps} * line.weights[kBytes];
    const Int128 scaled = Int128{kByteNsKbps} * kbps * line.least;
    KeepLarger(GapAt(pace, weight == 0 ? 0 : scaled / weight, kbps), &gap);
  }
  return gap;
}

// See above.
FrameGap GapOf(const Pace& pace, const TableRow& row, const Front& front) {
  FrameGap gap = GapToCorners(pace, row, front.open);
  for (const LinearBound& line : front.bounds) {
    const FrameGap other = GapToLine(pace, row, line);
    if (other.ratio < gap.ratio) gap = other;
  }
  return gap;
}

}  // namespace

int64_t BusiestNs(const CutCosts& costs) {
  return std::max(
      {costs.ns.device + costs.cross_ns, costs.ns.server, costs.download_ns});
}

Int128 ScaledFrameNs(int64_t busiest_ns, int64_t link_bytes, int64_t kbps) {
  return std::max(Int128{kbps} * busiest_ns, Int128{kByteNsKbps} * link_bytes);
}

ThroughputTable MakeThroughputTable(const Problem& problem,
                                    const SearchLimits& limits,
                                    const MemoryBound* memory) {
  const BlockGraph blocks = MakeBlockGraph(problem);
  std::optional<Front> searched =
      SearchFrontWithin(problem, blocks, StreamPrices(problem),
                        StreamQuestion(problem.range), memory, limits);
  Front front = searched ? *std::move(searched)
                         : WeightedFront(problem, blocks, memory, limits);
  ThroughputTable table;
  std::vector<TableRow> rows = MakeRows(problem.range, &front.points);
  std::ranges::reverse(rows);
  for (const TableRow& row : rows) {
    const FrontPoint& point = front.points[row.cut];
    const int cut = static_cast<int>(table.cuts.size());
    table.rows.push_back({row.min_kbps, row.max_kbps, cut});
    table.gaps.push_back(GapOf(Pace(point.values), row, front));
    TableCut& made = table.cuts.emplace_back();
    made.cut = ExpandCut(blocks, point.on_device,
                         static_cast<int>(problem.layers.size()));
    made.costs = CountCosts(problem, made.cut);
    if (BusiestNs(made.costs) != point.values[kBusiest] ||
        made.costs.LinkBytes(problem.downlink) != point.values[kBytes]) {
      throw std::logic_error("the cost of a cut is not that of its decisions");
    }
  }
  table.is_exact = front.open.empty();
  table.is_canonical = front.is_canonical;
  table.labels = front.labels;
  return table;
}

}  // namespace dnncut
