// SPDX-License-Identifier: Apache-2.0
//
// Places the nodes of a small graph without cycles, from top to bottom.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace dnncut {

struct Point {
  int64_t x = 0;
  int64_t y = 0;

  bool operator==(const Point&) const = default;
};

struct LayoutSizes {
  int64_t node_width = 0;
  int64_t node_height = 0;
  int64_t gap_across = 0;  // between nodes side by side
  int64_t gap_down = 0;    // between layers
  int64_t bend_width = 0;  // what an edge takes that passes a layer
};

struct Layout {
  int64_t width = 0;
  int64_t height = 0;
  std::vector<Point> nodes;  // upper left corners
  // By edge, from the lower side of the first node to the upper of the second,
  // with a point at the upper and lower end of each layer that it passes.
  std::vector<std::vector<Point>> edges;
};

// Layers by longest path, order by barycenters, after Sugiyama et al., "Methods
// for visual understanding of hierarchical system structures", 1981; a fixed
// number of sweeps. Edges must not form a cycle.
Layout MakeLayout(int node_count, const std::vector<std::pair<int, int>>& edges,
                  const LayoutSizes& sizes);

}  // namespace dnncut
