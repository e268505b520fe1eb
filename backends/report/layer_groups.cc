// SPDX-License-Identifier: Apache-2.0
//
// No grouping has cycles. A cut is closed under predecessors: if the reader of
// a tensor is on the device, so is its producer. On a cycle of groups whose
// layers have equal sides, all groups would therefore have the same sides in
// every cut: with kSameSides they are one group, with kConnected, too, being
// connected. With kSimilar a producer is on the device in no fewer cuts than
// its readers, so edges never lead to a group of more cuts.
#include "backends/report/layer_groups.h"

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "compiler/base/disjoint_sets.h"
#include "compiler/base/interrupt.h"
#include "compiler/problem/side.h"

namespace dnncut {
namespace {

using Cuts = std::span<const TableCut>;

// By layer, the number of its group; groups are numbered in the order of their
// first layers.
using Labels = std::vector<int>;

template <typename Key>
Labels Number(const std::vector<Key>& keys) {
  std::map<Key, int> numbers;
  Labels labels;
  for (const Key& key : keys) {
    labels.push_back(
        numbers.emplace(key, static_cast<int>(numbers.size())).first->second);
  }
  return labels;
}

int CountOf(const Labels& labels) {
  return labels.empty() ? 0 : *std::ranges::max_element(labels) + 1;
}

Labels SameSides(const Problem& problem, Cuts cuts) {
  std::vector<std::string> sides(problem.layers.size());
  for (const TableCut& cut : cuts) {
    ThrowIfInterrupted();
    for (size_t l = 0; l < sides.size(); ++l) {
      sides[l] += cut.cut[l] == Side::kDevice ? 'D' : 'S';
    }
  }
  return Number(sides);
}

Labels Connected(const Problem& problem, const Labels& same_sides) {
  DisjointSets sets(problem.layers.size());
  for (const ProblemTensor& tensor : problem.tensors) {
    if (tensor.producer == kModelInput) continue;
    for (const LayerId reader : tensor.readers) {
      if (same_sides[reader] == same_sides[tensor.producer]) {
        sets.Join(reader, tensor.producer);
      }
    }
  }
  return Number(sets.Representatives());
}

Labels Similar(const Problem& problem, Cuts cuts) {
  const int count = static_cast<int>(cuts.size());
  std::vector<int> buckets(problem.layers.size());
  for (const TableCut& cut : cuts) {
    ThrowIfInterrupted();
    for (size_t l = 0; l < buckets.size(); ++l) {
      buckets[l] += cut.cut[l] == Side::kDevice;
    }
  }
  for (int& bucket : buckets) bucket = bucket * (kMostGroups - 1) / count;
  return Number(buckets);
}

Labels Choose(const Problem& problem, Cuts cuts, LayerGrouping* grouping) {
  Labels same_sides = SameSides(problem, cuts);
  Labels connected = Connected(problem, same_sides);
  if (CountOf(connected) <= kMostGroups) {
    *grouping = LayerGrouping::kConnected;
    return connected;
  }
  if (CountOf(same_sides) <= kMostGroups) {
    *grouping = LayerGrouping::kSameSides;
    return same_sides;
  }
  *grouping = LayerGrouping::kSimilar;
  return Similar(problem, cuts);
}

class Grouper {
 public:
  Grouper(const Problem& problem, Cuts cuts) : problem_(problem), cuts_(cuts) {}

  LayerGroups Group() {
    labels_ = Choose(problem_, cuts_, &result_.grouping);
    AddGroups();
    AddLayers();
    for (size_t t = 0; t < problem_.tensors.size(); ++t) {
      AddTensor(static_cast<TensorId>(t));
    }
    for (auto& [ends, edge] : edges_) result_.edges.push_back(std::move(edge));
    return std::move(result_);
  }

 private:
  LayerGroup NewGroup(LayerGroup::Kind kind) const {
    LayerGroup group;
    group.kind = kind;
    group.on_device.resize(cuts_.size());
    return group;
  }

  void AddGroups() {
    result_.groups.push_back(NewGroup(LayerGroup::Kind::kInputs));
    for (int i = 0; i < CountOf(labels_); ++i) {
      result_.groups.push_back(NewGroup(LayerGroup::Kind::kLayers));
    }
    const bool has_results = std::ranges::any_of(
        problem_.tensors, [](const ProblemTensor& t) { return t.result; });
    if (has_results) {
      result_.groups.push_back(NewGroup(LayerGroup::Kind::kResults));
    }
  }

  void AddLayers() {
    for (size_t l = 0; l < labels_.size(); ++l) {
      ThrowIfInterrupted();
      LayerGroup& group = result_.groups[labels_[l] + 1];
      const auto id = static_cast<LayerId>(l);
      if (group.layers++ == 0) group.first = id;
      group.last = id;
      for (const Side side : kSides) {
        group.ns[side] += problem_.layers[l].ns[side];
      }
      for (size_t c = 0; c < cuts_.size(); ++c) {
        group.on_device[c] += cuts_[c].cut[l] == Side::kDevice;
      }
    }
  }

  GroupEdge& EdgeTo(int from, int to, TensorId tensor) {
    GroupEdge& edge = edges_[{from, to}];
    edge.from = from;
    edge.to = to;
    edge.crosses.resize(cuts_.size());
    if (edge.tensors.empty() || edge.tensors.back() != tensor) {
      edge.tensors.push_back(tensor);
    }
    return edge;
  }

  // Marks the edge as crossing in all cuts in which the tensor lies on another
  // side than `side_of_reader` says, which is given that side, too.
  template <typename SideOfReader>
  void Cross(const ProblemTensor& tensor, SideOfReader side_of_reader,
             GroupEdge* edge) {
    for (size_t c = 0; c < cuts_.size(); ++c) {
      const Side from = OriginOf(problem_, tensor, cuts_[c].cut);
      if (from != side_of_reader(c, from)) edge->crosses[c] = true;
    }
  }

  void AddTensor(TensorId id) {
    ThrowIfInterrupted();
    const ProblemTensor& tensor = problem_.tensors[id];
    const int from =
        tensor.producer == kModelInput ? 0 : labels_[tensor.producer] + 1;
    for (const LayerId reader : tensor.readers) {
      const int to = labels_[reader] + 1;
      if (to == from) continue;
      Cross(
          tensor, [&](size_t c, Side) { return cuts_[c].cut[reader]; },
          &EdgeTo(from, to, id));
    }
    if (!tensor.result) return;
    const int to = static_cast<int>(result_.groups.size()) - 1;
    const std::optional<Side> wanted = WantedOn(problem_, tensor);
    Cross(
        tensor, [&](size_t, Side made) { return wanted.value_or(made); },
        &EdgeTo(from, to, id));
  }

  const Problem& problem_;
  Cuts cuts_;
  Labels labels_;
  std::map<std::pair<int, int>, GroupEdge> edges_;
  LayerGroups result_;
};

}  // namespace

LayerGroups GroupLayers(const Problem& problem, const CutTable& table) {
  return Grouper(problem, Cuts(table.cuts)).Group();
}

}  // namespace dnncut
