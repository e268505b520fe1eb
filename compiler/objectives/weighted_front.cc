// SPDX-License-Identifier: Apache-2.0
//
// For weights d, s, l >= 0 the table has the least
//
//   d * device time + s * server time + l * (download time + 8e6 b / W)
//
// at every W. Each of the three times is at most c, so for every cut
// (d + s + l) c + l 8e6 b / W is at least that. Where the best cut's cost is
// f + 8e6 y / W, and everything is multiplied by W,
//
//   (d + s + l) W * c + l 8e6 * b  >=  W f + 8e6 y,
//
// a bound with integer weights for each W. To make the numbers fit, both sides
// are divided by a power of two, the weights rounded up and the rest down. A
// row of the table gives one bound at either end.
#include "compiler/objectives/weighted_front.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "compiler/objectives/throughput_front.h"
#include "compiler/problem/memory_use.h"
#include "compiler/problem/objective.h"
#include "compiler/table/cut_table.h"

namespace dnncut {
namespace {

constexpr std::array<Objective, 9> kWeightings = {{{1, 1, 1},
                                                   {1, 1, 0},
                                                   {0, 1, 1},
                                                   {1, 4, 0},
                                                   {4, 1, 0},
                                                   {1, 2, 1},
                                                   {2, 1, 1},
                                                   {1, 1, 4},
                                                   {4, 1, 4}}};

LinearBound BoundAt(const Objective& weights, const CostLine& least,
                    int64_t kbps) {
  constexpr Int128 kMost = Int128{1} << 60;
  Int128 of_time =
      Int128{weights.device + weights.link + weights.server} * kbps;
  Int128 of_bytes = Int128{weights.link} * kByteNsKbps;
  Int128 sum = least.At(kbps);
  while (sum > kMost) {
    sum /= 2;
    of_time = (of_time + 1) / 2;
    of_bytes = (of_bytes + 1) / 2;
  }
  return {{static_cast<int64_t>(of_time), static_cast<int64_t>(of_bytes)},
          static_cast<int64_t>(sum)};
}

FrontPoint PointOf(const Problem& problem, const BlockGraph& blocks,
                   const TableCut& cut) {
  FrontPoint point;
  point.values = {BusiestNs(cut.costs), cut.costs.LinkBytes(problem.downlink)};
  for (const Block& block : blocks.blocks) {
    const bool is_first = point.on_device.empty();
    point.on_device.push_back(
        is_first ||
        (!block.layers.empty() && cut.cut[block.layers[0]] == Side::kDevice));
  }
  return point;
}

// Leaves those that no other one is as good as, by their values.
void KeepFront(std::vector<FrontPoint>* points) {
  std::ranges::stable_sort(*points, {}, &FrontPoint::values);
  std::vector<FrontPoint> kept;
  for (FrontPoint& point : *points) {
    if (!kept.empty() && kept.back().values[1] <= point.values[1]) continue;
    kept.push_back(std::move(point));
  }
  *points = std::move(kept);
}

}  // namespace

Front WeightedFront(const Problem& problem, const BlockGraph& blocks,
                    const MemoryBound* memory, const SearchLimits& limits) {
  const auto start = std::chrono::steady_clock::now();
  const auto is_late = [&] {
    return limits.ns && std::chrono::steady_clock::now() - start >
                            std::chrono::nanoseconds(*limits.ns);
  };
  Front front;
  front.open.push_back({{}, {kNoLimit, kNoLimit}});
  Problem weighted = problem;
  weighted.rtt_ns = 0;
  for (const Objective& weights : kWeightings) {
    if (!front.bounds.empty() && is_late()) break;
    weighted.objective = weights;
    const CutTable table = BuildCutTable(weighted, MakeBlockGraph(weighted));
    for (const TableCut& cut : table.cuts) {
      if (memory != nullptr &&
          !IsWithin(*memory, CountMemoryUse(problem, *memory, cut.cut))) {
        continue;
      }
      front.points.push_back(PointOf(problem, blocks, cut));
    }
    for (const TableRow& row : table.rows) {
      const CostLine least = CostOf(table.cuts[row.cut].costs, weighted);
      for (const int64_t kbps : {row.min_kbps, row.max_kbps}) {
        front.bounds.push_back(BoundAt(weights, least, kbps));
      }
    }
  }
  KeepFront(&front.points);
  return front;
}

}  // namespace dnncut
