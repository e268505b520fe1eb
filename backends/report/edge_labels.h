// SPDX-License-Identifier: Apache-2.0
//
// Finds a place for a label beside each edge of a layout, away from other
// edges.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "backends/report/layered_layout.h"

namespace dnncut {

// Between two layers an edge is a curve that starts and ends vertically; its
// control points are at half the height.
inline int64_t MiddleHeight(const Point& from, const Point& to) {
  return (from.y + to.y) / 2;
}

struct LabelSizes {
  int64_t height = 0;
  int64_t gap = 0;     // between a label and its edge
  int64_t margin = 0;  // around the layout, where labels may be, too
};

class EdgeLabels {
 public:
  EdgeLabels(const Layout& layout, const LabelSizes& sizes);

  // The upper left corner of a label for an edge, near its end or its start.
  // Later labels keep away from it. Where there is no free place, one that few
  // lines cross.
  Point Place(size_t edge, int64_t width, bool near_end);

 private:
  struct Box {
    int64_t left = 0;
    int64_t right = 0;
    int64_t top = 0;
    int64_t bottom = 0;

    bool Overlaps(const Box& other) const {
      return left < other.right && other.left < right && top < other.bottom &&
             other.top < bottom;
    }
  };

  // What is between two layers: boxes around short pieces of the edges, and
  // labels.
  struct Gap {
    std::vector<Box> edges;
    std::vector<Box> labels;
  };

  int64_t Badness(const Gap& gap, const Box& box) const;

  const Layout& layout_;
  LabelSizes sizes_;
  std::map<int64_t, Gap> gaps_;  // by the y of their upper side
};

}  // namespace dnncut
