// SPDX-License-Identifier: Apache-2.0
#include "compiler/table/best_of_sections.h"

#include <algorithm>
#include <bit>

#include "compiler/table/lower_envelope.h"

namespace dnncut {

BestOfSections::BestOfSections(const Sections& sections, int64_t round_trip,
                               const BandwidthRange& range) {
  const size_t leaves = std::bit_ceil(static_cast<size_t>(sections.Count()));
  tree_.resize(2 * leaves);
  for (int section = 0; section < sections.Count(); ++section) {
    BlockTable table = MakeSectionTable(sections, section, round_trip, range);
    for (BlockTable::Row& row : table.rows) {
      tree_[leaves + section].push_back(
          {row.range.max_kbps, static_cast<int>(cuts_.size())});
      device_blocks_.push_back(
          sections.First(section) +
          static_cast<int>(std::ranges::count(row.cut.on_device, true)));
      cuts_.push_back(std::move(row.cut));
    }
  }
  for (size_t node = leaves - 1; node > 0; --node) Merge(node, range);
}

void BestOfSections::Merge(size_t node, const BandwidthRange& range) {
  std::vector<int> ids;
  std::vector<EnvelopeCut> lines;
  for (const size_t child : {2 * node, 2 * node + 1}) {
    for (const Row& row : tree_[child]) {
      ids.push_back(row.cut);
      lines.push_back({cuts_[row.cut].cost, device_blocks_[row.cut]});
    }
  }
  if (lines.empty()) return;
  // A cut of an earlier section is part of those of later ones, so it is the
  // one with fewer blocks on the device.
  for (const TableRow& row : LowerEnvelope(lines, range)) {
    tree_[node].push_back({row.max_kbps, ids[row.cut]});
  }
}

const SectionCut* BestOfSections::FindIn(size_t node, int64_t kbps) const {
  const auto row =
      std::ranges::lower_bound(tree_[node], kbps, {}, &Row::max_kbps);
  return row == tree_[node].end() ? nullptr : &cuts_[row->cut];
}

const SectionCut* BestOfSections::Find(int from, int to, int64_t kbps) const {
  const SectionCut* best = nullptr;
  const auto keep_better = [&](const SectionCut* cut) {
    if (cut == nullptr) return;
    const Int128 least = best == nullptr ? 0 : best->cost.At(kbps);
    const Int128 cost = cut->cost.At(kbps);
    if (best == nullptr || cost < least ||
        (cost == least && cut->section < best->section)) {
      best = cut;
    }
  };
  const size_t leaves = tree_.size() / 2;
  size_t low = leaves + from;
  size_t high = leaves + to;
  for (; low < high; low /= 2, high /= 2) {
    if (low % 2 == 1) keep_better(FindIn(low++, kbps));
    if (high % 2 == 1) keep_better(FindIn(--high, kbps));
  }
  return best;
}

}  // namespace dnncut
