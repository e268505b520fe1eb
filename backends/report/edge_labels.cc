// SPDX-License-Identifier: Apache-2.0
#include "backends/report/edge_labels.h"

#include <algorithm>

namespace dnncut {
namespace {

// The number of straight pieces by which a curve is approximated.
constexpr int64_t kPieces = 16;
constexpr int64_t kHalfThick = 30;  // of an edge, in tenths of a pixel

// The cubic Bezier curve of an edge at `k` of kPieces.
Point CurveAt(const Point& from, const Point& to, int64_t k) {
  constexpr int64_t kAll = kPieces * kPieces * kPieces;
  const int64_t across = 3 * k * k * kPieces - 2 * k * k * k;
  const int64_t down = 3 * k * kPieces * (kPieces - k) / 2 + k * k * k;
  return {from.x + (to.x - from.x) * across / kAll,
          from.y + (to.y - from.y) * down / kAll};
}

}  // namespace

EdgeLabels::EdgeLabels(const Layout& layout, const LabelSizes& sizes)
    : layout_(layout), sizes_(sizes) {
  for (const std::vector<Point>& points : layout.edges) {
    // Every second piece of an edge runs through a layer; the others lie
    // between layers.
    for (size_t p = 0; p + 1 < points.size(); p += 2) {
      Gap& gap = gaps_[points[p].y];
      for (int64_t k = 0; k < kPieces; ++k) {
        const Point a = CurveAt(points[p], points[p + 1], k);
        const Point b = CurveAt(points[p], points[p + 1], k + 1);
        gap.edges.push_back({std::min(a.x, b.x) - kHalfThick,
                             std::max(a.x, b.x) + kHalfThick, a.y, b.y});
      }
    }
  }
}

int64_t EdgeLabels::Badness(const Gap& gap, const Box& box) const {
  const auto hits = [&box](const std::vector<Box>& boxes) {
    return std::ranges::count_if(
        boxes, [&box](const Box& other) { return other.Overlaps(box); });
  };
  const bool is_outside =
      box.left < -sizes_.margin || box.right > layout_.width + sizes_.margin;
  // A label over another label cannot be read at all, so that counts much more
  // than a line behind a label.
  return hits(gap.edges) + 100 * (hits(gap.labels) + (is_outside ? 1 : 0));
}

Point EdgeLabels::Place(size_t edge, int64_t width, bool near_end) {
  const std::vector<Point>& points = layout_.edges[edge];
  const size_t first = near_end ? points.size() - 2 : 0;
  const Point& from = points[first];
  const Point& to = points[first + 1];
  Gap& gap = gaps_[from.y];
  Box best;
  int64_t least = INT64_MAX;
  for (int64_t step = 1; step < kPieces; ++step) {
    const Point at = CurveAt(from, to, near_end ? kPieces - step : step);
    const int64_t top =
        std::clamp(at.y - sizes_.height / 2, from.y + sizes_.gap,
                   to.y - sizes_.gap - sizes_.height);
    for (const int64_t left : {at.x + sizes_.gap, at.x - sizes_.gap - width}) {
      const Box box = {left, left + width, top, top + sizes_.height};
      const int64_t badness = Badness(gap, box);
      if (badness >= least) continue;
      least = badness;
      best = box;
    }
  }
  gap.labels.push_back(best);
  return {best.left, best.top};
}

}  // namespace dnncut
