// SPDX-License-Identifier: Apache-2.0
//
// Places the nodes of a graph without cycles in layers from top to bottom (the
// steps of Sugiyama et al., 1981).
//
// A node comes one layer below the lowest one that it follows. Where an edge
// passes a layer it gets a bend there, so every piece of an edge joins two
// neighbouring layers. Then sweeps order each layer by the average position of
// its neighbours, and more sweeps move nodes below or above their neighbours.
// In such a move each node gets the mean of two positions; both keep the order
// and the gaps, so the mean does, too, and nodes never overlap. All numbers are
// integers and the number of sweeps is fixed: the picture is the same on every
// machine, and the time linear in the bends, but for the sorting.
#include "backends/report/layered_layout.h"

#include <algorithm>
#include <stdexcept>

namespace dnncut {
namespace {

constexpr int kOrderSweeps = 6;
constexpr int kPlaceSweeps = 8;

// A node of the graph, or a bend where an edge passes a layer.
struct Vertex {
  int layer = 0;
  int64_t width = 0;
  int64_t x = 0;  // of its middle
  std::vector<int> above;
  std::vector<int> below;
};

using Neighbours = std::vector<int> Vertex::*;

class Layouter {
 public:
  Layouter(int node_count, const std::vector<std::pair<int, int>>& edges,
           const LayoutSizes& sizes)
      : node_count_(node_count), edges_(edges), sizes_(sizes) {}

  Layout Run() {
    AssignLayers();
    AddVertices();
    for (int sweep = 0; sweep < kOrderSweeps; ++sweep) Order(sweep % 2 == 0);
    PlaceSideBySide();
    for (int sweep = 0; sweep < kPlaceSweeps; ++sweep) {
      // The last sweep goes downwards, which makes chains of nodes straight.
      Place(sweep % 2 == 1);
    }
    return Collect();
  }

 private:
  // A node is one layer below the lowest of those that it follows.
  void AssignLayers() {
    std::vector<int> waiting(node_count_);
    std::vector<std::vector<int>> next(node_count_);
    for (const auto& [from, to] : edges_) {
      next[from].push_back(to);
      ++waiting[to];
    }
    layer_of_.resize(node_count_);
    std::vector<int> ready;
    for (int v = 0; v < node_count_; ++v) {
      if (waiting[v] == 0) ready.push_back(v);
    }
    for (size_t i = 0; i < ready.size(); ++i) {
      for (const int to : next[ready[i]]) {
        layer_of_[to] = std::max(layer_of_[to], layer_of_[ready[i]] + 1);
        if (--waiting[to] == 0) ready.push_back(to);
      }
    }
    if (std::cmp_not_equal(ready.size(), node_count_)) {
      throw std::logic_error("a graph with a cycle has no layers");
    }
  }

  int AddVertex(int layer, int64_t width) {
    vertices_.emplace_back();
    vertices_.back().layer = layer;
    vertices_.back().width = width;
    if (std::cmp_less_equal(layers_.size(), layer)) layers_.resize(layer + 1);
    const int id = static_cast<int>(vertices_.size()) - 1;
    layers_[layer].push_back(id);
    return id;
  }

  void AddVertices() {
    for (int v = 0; v < node_count_; ++v) {
      AddVertex(layer_of_[v], sizes_.node_width);
    }
    for (const auto& [from, to] : edges_) {
      std::vector<int> path = {from};
      for (int layer = layer_of_[from] + 1; layer < layer_of_[to]; ++layer) {
        path.push_back(AddVertex(layer, sizes_.bend_width));
      }
      path.push_back(to);
      for (size_t i = 1; i < path.size(); ++i) {
        vertices_[path[i - 1]].below.push_back(path[i]);
        vertices_[path[i]].above.push_back(path[i - 1]);
      }
      paths_.push_back(std::move(path));
    }
  }

  // Sorts each layer by where the neighbours of its vertices stand on average.
  void Order(bool down) {
    const Neighbours neighbours = down ? &Vertex::above : &Vertex::below;
    std::vector<int64_t> rank(vertices_.size());
    const auto set_ranks = [&](const std::vector<int>& layer) {
      for (size_t i = 0; i < layer.size(); ++i) {
        rank[layer[i]] = static_cast<int64_t>(i) << 20;
      }
    };
    for (const std::vector<int>& layer : layers_) set_ranks(layer);
    for (size_t i = 0; i < layers_.size(); ++i) {
      std::vector<int>& layer = layers_[down ? i : layers_.size() - 1 - i];
      std::vector<std::pair<int64_t, int>> keyed;
      for (const int v : layer) {
        const std::vector<int>& near = vertices_[v].*neighbours;
        int64_t sum = 0;
        for (const int n : near) sum += rank[n];
        const auto count = static_cast<int64_t>(near.size());
        keyed.emplace_back(count == 0 ? rank[v] : sum / count, v);
      }
      std::ranges::stable_sort(keyed, {}, &std::pair<int64_t, int>::first);
      for (size_t k = 0; k < keyed.size(); ++k) layer[k] = keyed[k].second;
      set_ranks(layer);
    }
  }

  int64_t Apart(int left, int right) const {
    return (vertices_[left].width + vertices_[right].width) / 2 +
           sizes_.gap_across;
  }

  void PlaceSideBySide() {
    for (const std::vector<int>& layer : layers_) {
      int64_t x = 0;
      for (size_t i = 0; i < layer.size(); ++i) {
        if (i > 0) x += Apart(layer[i - 1], layer[i]);
        vertices_[layer[i]].x = x;
      }
      for (const int v : layer) vertices_[v].x -= x / 2;
    }
  }

  int64_t Wanted(int v, Neighbours neighbours) const {
    const std::vector<int>& near = vertices_[v].*neighbours;
    if (near.empty()) return vertices_[v].x;
    int64_t sum = 0;
    for (const int n : near) sum += vertices_[n].x;
    return sum / static_cast<int64_t>(near.size());
  }

  // Moves vertices below (or above) their neighbours, as far as there is room:
  // the middle of the leftmost and the rightmost places that keep the order.
  void Place(bool down) {
    const Neighbours neighbours = down ? &Vertex::above : &Vertex::below;
    for (size_t i = 0; i < layers_.size(); ++i) {
      const std::vector<int>& layer =
          layers_[down ? i : layers_.size() - 1 - i];
      const size_t count = layer.size();
      std::vector<int64_t> left(count);
      std::vector<int64_t> right(count);
      for (size_t k = 0; k < count; ++k) {
        left[k] = right[k] = Wanted(layer[k], neighbours);
      }
      for (size_t k = 1; k < count; ++k) {
        left[k] =
            std::max(left[k], left[k - 1] + Apart(layer[k - 1], layer[k]));
      }
      for (size_t k = count - 1; k-- > 0;) {
        right[k] =
            std::min(right[k], right[k + 1] - Apart(layer[k], layer[k + 1]));
      }
      for (size_t k = 0; k < count; ++k) {
        // Rounded down also below 0: if it were rounded towards 0, neighbours
        // could come too close.
        vertices_[layer[k]].x = (left[k] + right[k]) >> 1;
      }
    }
  }

  int64_t Top(int layer) const {
    return layer * (sizes_.node_height + sizes_.gap_down);
  }

  Layout Collect() {
    int64_t least = 0;
    int64_t most = 0;
    for (const Vertex& vertex : vertices_) {
      least = std::min(least, vertex.x - vertex.width / 2);
      most = std::max(most, vertex.x + vertex.width / 2);
    }
    Layout layout;
    layout.width = most - least;
    layout.height = Top(static_cast<int>(layers_.size())) - sizes_.gap_down;
    for (int v = 0; v < node_count_; ++v) {
      layout.nodes.push_back(
          {vertices_[v].x - least - sizes_.node_width / 2, Top(layer_of_[v])});
    }
    for (const std::vector<int>& path : paths_) {
      std::vector<Point> points;
      for (size_t i = 0; i < path.size(); ++i) {
        const Vertex& vertex = vertices_[path[i]];
        const int64_t top = Top(vertex.layer);
        if (i > 0) points.push_back({vertex.x - least, top});
        if (i + 1 < path.size()) {
          points.push_back({vertex.x - least, top + sizes_.node_height});
        }
      }
      layout.edges.push_back(std::move(points));
    }
    return layout;
  }

  int node_count_;
  const std::vector<std::pair<int, int>>& edges_;
  const LayoutSizes& sizes_;
  std::vector<int> layer_of_;     // by node
  std::vector<Vertex> vertices_;  // nodes first, by their number
  std::vector<std::vector<int>> layers_;
  std::vector<std::vector<int>> paths_;  // by edge, of vertices
};

}  // namespace

Layout MakeLayout(int node_count, const std::vector<std::pair<int, int>>& edges,
                  const LayoutSizes& sizes) {
  return Layouter(node_count, edges, sizes).Run();
}

}  // namespace dnncut
