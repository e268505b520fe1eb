// SPDX-License-Identifier: Apache-2.0
//
// The best cuts of a block graph at every bandwidth, section by section
// (compiler/problem/sections.h).
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/problem/block_graph.h"
#include "compiler/problem/cost_line.h"
#include "compiler/problem/sections.h"

namespace dnncut {

// A cut of one section of a graph.
struct SectionCut {
  int section = 0;
  std::vector<bool> on_device;  // by BlockId of Sections::Make(section)
  CostLine cost;
};

struct BlockTable {
  struct Row {
    BandwidthRange range;
    SectionCut cut;
  };
  // Sorted and touching each other, as rows of a CutTable; neighbours have
  // different cuts.
  std::vector<Row> rows;
};

// The best cut at every integer kbit/s of the range; of several best ones that
// with the smallest device side. The round trip costs `round_trip` at any
// bandwidth.
BlockTable MakeBlockTable(const Sections& sections, int64_t round_trip,
                          const BandwidthRange& range);

// Of the cuts of one section only.
BlockTable MakeSectionTable(const Sections& sections, int section,
                            int64_t round_trip, const BandwidthRange& range);

struct BestSectionCut {
  SectionCut cut;
  Int128 scaled_cost = 0;  // W * the cost
};

// The same at one bandwidth.
BestSectionCut SolveSections(const Sections& sections, int64_t round_trip,
                             int64_t kbps);

}  // namespace dnncut
