// SPDX-License-Identifier: Apache-2.0
//
// Latencies are compared at every bandwidth that both tables have, exactly
// (compare_costs.h). Cuts are the same when they send the same tensors, since
// the numbers of cuts depend on the table; of several that do, the first is the
// first of the other table. Layers are matched by name.
#include "tools/diff/result_diff.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "compiler/problem/cut_kind.h"
#include "compiler/problem/objective.h"
#include "tools/result/table_latency.h"

namespace dnncut {
namespace {

BandwidthRange CommonRange(const TableFile& a, const TableFile& b) {
  return {std::max(a.range.min_kbps, b.range.min_kbps),
          std::min(a.range.max_kbps, b.range.max_kbps)};
}

DiffPoint PointAt(const TableFile& before, const TableFile& after,
                  int64_t kbps) {
  DiffPoint point;
  point.kbps = kbps;
  point.old_cut = FindRow(before, kbps).cut;
  point.new_cut = FindRow(after, kbps).cut;
  const TableFile::Cut& old_cut = before.cuts[point.old_cut];
  const TableFile::Cut& new_cut = after.cuts[point.new_cut];
  point.old_ns = LatencyNs(old_cut.costs, before.downlink, kbps);
  point.new_ns = LatencyNs(new_cut.costs, after.downlink, kbps);
  point.ratio = RatioAt(LatencyOf(new_cut.costs, after.downlink),
                        LatencyOf(old_cut.costs, before.downlink), kbps);
  return point;
}

void AddLatencies(ResultDiff* diff) {
  const TableFile& before = diff->before.table;
  const TableFile& after = diff->after.table;
  const CostComparison found =
      CompareCosts(PiecesOf(before, diff->range), PiecesOf(after, diff->range));
  diff->worst = PointAt(before, after, found.worst.kbps);
  diff->best = PointAt(before, after, found.best.kbps);
  for (const ChangedRange& range : found.ranges) {
    diff->ranges.push_back(
        {range.range, range.kind, PointAt(before, after, range.most.kbps)});
  }
  std::vector<int64_t> shown = {diff->range.min_kbps};
  for (int64_t kbps = 10; kbps < diff->range.max_kbps; kbps *= 10) {
    if (kbps > diff->range.min_kbps) shown.push_back(kbps);
  }
  if (diff->range.max_kbps > shown.back()) {
    shown.push_back(diff->range.max_kbps);
  }
  for (const int64_t kbps : shown) {
    diff->points.push_back(PointAt(before, after, kbps));
  }
}

// What makes a cut the same in both tables.
struct CutKey {
  std::vector<std::string> sends;
  bool all_on_device = false;
  int number = 0;  // among those of one table that are alike so far

  auto Tie() const { return std::tie(sends, all_on_device, number); }
  bool operator<(const CutKey& other) const { return Tie() < other.Tie(); }
};

std::vector<CutKey> KeysOf(const TableFile& table) {
  std::map<CutKey, int> seen;
  std::vector<CutKey> keys;
  for (const TableFile::Cut& cut : table.cuts) {
    CutKey key;
    for (const TableFile::CrossingTensor& tensor : cut.tensors) {
      key.sends.push_back(tensor.name);
    }
    std::sort(key.sends.begin(), key.sends.end());
    key.all_on_device = KindOf(cut.costs) == CutKind::kDeviceOnly;
    const int number = seen[key]++;
    key.number = number;
    keys.push_back(std::move(key));
  }
  return keys;
}

std::vector<CutUse> CutUses(const TableFile& before, const TableFile& after,
                            const BandwidthRange& range) {
  std::map<CutKey, CutUse> uses;
  const auto add = [&](const TableFile& table, auto CutUse::*cut,
                       auto CutUse::*ranges) {
    std::vector<std::vector<BandwidthRange>> ranges_of(table.cuts.size());
    for (const TableRow& row : RowsIn(table.rows, range)) {
      ranges_of[row.cut].push_back({row.min_kbps, row.max_kbps});
    }
    const std::vector<CutKey> keys = KeysOf(table);
    for (int id = 0; id < std::ssize(table.cuts); ++id) {
      CutUse& use = uses[keys[id]];
      use.*cut = id;
      use.*ranges = std::move(ranges_of[id]);
    }
  };
  add(before, &CutUse::old_cut, &CutUse::old_ranges);
  add(after, &CutUse::new_cut, &CutUse::new_ranges);
  std::vector<CutUse> sorted;
  for (auto& [key, use] : uses) {
    use.sends = key.sends;
    use.all_on_device = key.all_on_device;
    sorted.push_back(std::move(use));
  }
  const auto first = [](const CutUse& use) {
    const auto of = [](const std::vector<BandwidthRange>& ranges) {
      return ranges.empty() ? kLimitKbps + 1 : ranges.front().min_kbps;
    };
    return std::pair(std::min(of(use.old_ranges), of(use.new_ranges)),
                     of(use.old_ranges));
  };
  std::stable_sort(
      sorted.begin(), sorted.end(),
      [&](const CutUse& a, const CutUse& b) { return first(a) < first(b); });
  return sorted;
}

MovedLayers MovedBetween(const ResultDiff& diff, const LayerMatch& match,
                         int old_cut, int new_cut) {
  const Cut& before = diff.before.cuts()[old_cut].cut;
  const Cut& after = diff.after.cuts()[new_cut].cut;
  MovedLayers moved;
  moved.old_cut = old_cut;
  moved.new_cut = new_cut;
  for (size_t id = 0; id < match.old_of_new.size(); ++id) {
    const std::optional<int>& old_id = match.old_of_new[id];
    if (!old_id || before[*old_id] == after[id]) continue;
    moved.to[after[id]].push_back(static_cast<int>(id));
  }
  return moved;
}

std::optional<LayerDiff> DiffLayers(const ResultDiff& diff) {
  if (!diff.before.problem_file || !diff.after.problem_file)
    return std::nullopt;
  LayerDiff layers = {MatchLayers(diff.before, diff.after), {}};
  int64_t kbps = diff.range.min_kbps;
  while (kbps <= diff.range.max_kbps) {
    const TableRow& before = FindRow(diff.before.table, kbps);
    const TableRow& after = FindRow(diff.after.table, kbps);
    const int64_t end =
        std::min({before.max_kbps, after.max_kbps, diff.range.max_kbps});
    MovedLayers moved = MovedBetween(diff, layers.match, before.cut, after.cut);
    moved.range = {kbps, end};
    if (!moved.to.device.empty() || !moved.to.server.empty()) {
      layers.moved.push_back(std::move(moved));
    }
    kbps = end + 1;
  }
  return layers;
}

}  // namespace

ResultDiff DiffResults(StoredResult before, StoredResult after) {
  RequireComparable(before, after);
  ResultDiff diff;
  diff.before = std::move(before);
  diff.after = std::move(after);
  const TableFile& old_table = diff.before.table;
  const TableFile& new_table = diff.after.table;
  diff.range = CommonRange(old_table, new_table);
  diff.settings = DiffSettings(old_table, new_table);
  AddLatencies(&diff);
  diff.cuts = CutUses(old_table, new_table, diff.range);
  diff.layers = DiffLayers(diff);
  diff.forward = CheckServer(new_table, old_table);
  diff.backward = CheckServer(old_table, new_table);
  return diff;
}

bool IsSame(const ResultDiff& diff) {
  const auto differs = [](const CutUse& use) {
    return HasMoved(use) || use.old_cut != use.new_cut;
  };
  const auto& layers = diff.layers;
  return diff.settings.empty() && diff.ranges.size() == 1 &&
         diff.ranges[0].kind == ChangeKind::kSame &&
         std::none_of(diff.cuts.begin(), diff.cuts.end(), differs) &&
         (!layers || (layers->moved.empty() && layers->match.added.empty() &&
                      layers->match.removed.empty()));
}

bool HasMoved(const CutUse& use) { return use.old_ranges != use.new_ranges; }

}  // namespace dnncut
