// SPDX-License-Identifier: Apache-2.0
//
// The best of all cuts but one: what else could be chosen.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/problem/block_graph.h"
#include "compiler/problem/cost_counter.h"
#include "compiler/problem/sections.h"
#include "compiler/table/best_of_sections.h"
#include "compiler/table/block_table.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

struct NextBest {
  bool searched = true;         // false: it would take too long
  std::optional<TableCut> cut;  // nullopt: not searched, or there is no other
};

// Looks for next best cuts of one problem, which must outlive it.
class NextBestSearch {
 public:
  explicit NextBestSearch(const Problem& problem);
  NextBestSearch(const NextBestSearch&) = delete;
  NextBestSearch& operator=(const NextBestSearch&) = delete;

  // The best cut at `kbps`, which is in the problem's range, of all but the
  // feasible cut `known`.
  NextBest Find(const Cut& known, int64_t kbps);

 private:
  // A block to be put on the other side.
  struct Move {
    BlockId block = 0;
    Side to = Side::kDevice;
  };

  static std::vector<Move> BoundaryMoves(const BlockGraph& section,
                                         const std::vector<bool>& on_device);
  SectionCut Pinned(int section, const BlockGraph& blocks, const Move& move,
                    int64_t kbps) const;
  int SectionOf(const std::vector<bool>& on_device) const;

  const Problem& problem_;
  const BlockGraph blocks_;
  const Sections sections_;
  const int64_t round_trip_;
  std::optional<BestOfSections> best_;  // once needed
  CostCounter counter_;
  int64_t work_ = 0;  // done so far
};

}  // namespace dnncut
