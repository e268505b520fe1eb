// SPDX-License-Identifier: Apache-2.0
//
// A small graph for people: layers that no cut of a table's rows separates are
// one group. GroupLayers makes it; it has no cycles and at most about
// kMostGroups groups.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/problem/problem.h"
#include "compiler/problem/side.h"
#include "compiler/table/cut_table.h"

namespace dnncut {

// More groups than these are collapsed further.
inline constexpr int kMostGroups = 36;

struct LayerGroup {
  enum class Kind { kInputs, kLayers, kResults };
  Kind kind = Kind::kLayers;
  LayerId first = -1;  // in the order of the problem; of kLayers
  LayerId last = -1;
  int layers = 0;
  PerSide<int64_t> ns;
  std::vector<int> on_device;  // by cut: how many of its layers
};

// Tensors that layers of `from` make and layers of `to` read.
struct GroupEdge {
  int from = 0;  // indices into LayerGroups::groups
  int to = 0;
  std::vector<TensorId> tensors;
  std::vector<bool> crosses;  // by cut: does any of them?
};

// What decides whether two layers are in one group.
enum class LayerGrouping {
  kConnected,  // same side in every cut, and connected
  kSameSides,  // same side in every cut
  kSimilar,    // on the device in about as many cuts
};

// Without cycles; edges sorted by `from`, then `to`. The inputs are group 0,
// the results, if a layer makes any, the last one.
struct LayerGroups {
  std::vector<LayerGroup> groups;
  std::vector<GroupEdge> edges;
  LayerGrouping grouping = LayerGrouping::kConnected;
};

// In time linear in layers, readers of tensors and cuts.
LayerGroups GroupLayers(const Problem& problem, const CutTable& table);

}  // namespace dnncut
