// SPDX-License-Identifier: Apache-2.0
//
// The best cut of any run of sections (compiler/problem/sections.h) at any
// bandwidth, looked up.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/problem/sections.h"
#include "compiler/table/block_table.h"

namespace dnncut {

class BestOfSections {
 public:
  // As MakeBlockTable.
  BestOfSections(const Sections& sections, int64_t round_trip,
                 const BandwidthRange& range);

  // The best cut of sections from .. to - 1 at `kbps`, which is in the range;
  // of several that of the earliest section. nullptr: there is no section.
  const SectionCut* Find(int from, int to, int64_t kbps) const;

 private:
  struct Row {
    int64_t max_kbps = 0;
    int cut = 0;
  };

  void Merge(size_t node, const BandwidthRange& range);
  const SectionCut* FindIn(size_t node, int64_t kbps) const;

  std::vector<SectionCut> cuts_;    // the best ones of each section
  std::vector<int> device_blocks_;  // of these
  // A binary tree: node n has the table of all sections of 2n and 2n + 1, the
  // leaves follow in the order of the sections. Empty where there is none.
  std::vector<std::vector<Row>> tree_;
};

}  // namespace dnncut
