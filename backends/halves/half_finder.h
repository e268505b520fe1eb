// SPDX-License-Identifier: Apache-2.0
//
// HasHalf (halves.h) of one cut after the other: only what differs from the cut
// before is looked at.
#pragma once

#include <vector>

#include "compiler/model/graph.h"
#include "compiler/problem/side.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

class HalfFinder {
 public:
  // Every layer is on the server.
  explicit HalfFinder(const Graph& graph);

  void Put(LayerId layer, Side side);
  // HasHalf(graph, cut.cut, side) of the cut that was put.
  bool HasHalf(const TableCut& cut, Side side) const;

 private:
  std::vector<int> results_of_;  // by layer, how many it makes
  std::vector<bool> is_made_;    // by tensor: by a layer
  PerSide<int> results_;
  bool has_constants_only_ = false;
};

}  // namespace dnncut
