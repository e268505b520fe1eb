// SPDX-License-Identifier: Apache-2.0
//
// Sets of layers and of the runtime's nodes that belong together, while they
// are being found. For the mappings of trace_mapping.h.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/base/disjoint_sets.h"
#include "tools/profile/layer_times.h"

namespace dnncut {

class LayerUnits {
 public:
  LayerUnits(const Graph& graph, size_t nodes);

  // A node may stand for several layers, and several nodes for one layer.
  void Join(int node, LayerId layer);
  void JoinLayers(LayerId a, LayerId b) { units_.Join(a, b); }
  // Counts the node's time with the unit of another.
  void Follow(int node, int other) { unit_[node] = unit_[other]; }

  // A node without a unit counts with the one before it; one that is for the
  // next node, or has none before it, with the one behind it, or else the last
  // one.
  void FollowNeighbours(const std::function<bool(int)>& is_for_the_next);

  // Counts the node's time with the layer's unit.
  void CountWith(int node, LayerId layer) { unit_[node] = layer; }

  // Takes the layers for ones that a node has been joined with.
  void MarkSettled(const std::vector<LayerId>& layers);

  // Has a node been joined with the layer, directly?
  bool HasNode(LayerId layer) const { return has_node_[layer]; }
  // A member of the node's unit; nullopt when it has none.
  std::optional<LayerId> UnitOf(int node) const { return unit_[node]; }
  // The same for all members of a unit.
  LayerId RootOf(LayerId layer) const { return units_.Find(layer); }

  // `us[node]`, with nullptr for a node that was not timed.
  LayerTimes Times(const std::vector<const NodeTime*>& timed) const;

 private:
  mutable DisjointSets units_;                // of LayerId
  std::vector<bool> has_node_;                // by LayerId
  std::vector<std::optional<LayerId>> unit_;  // by node
};

// The layer that makes a tensor, by the tensor's name, which the graph holds.
std::map<std::string_view, LayerId> LayersByTensor(const Graph& graph);

// The name of a tensor, or of the node that makes it, without what the runtime
// puts before it when it runs float16 in float: it casts what is read, and what
// is made has such a name, too.
std::string_view WithoutInsertedCast(std::string_view name);

// The layer that makes the tensor, whose name may tell of an inserted cast.
std::optional<LayerId> LayerOfTensor(
    const std::map<std::string_view, LayerId>& by_tensor,
    std::string_view name);

// The layer of a node of the model, by the node's index.
std::map<int, LayerId> LayersByNode(const Graph& graph);

// The layer that a node of the layout passes stands for: its name is that of
// the layer's tensor with "_nchwc" behind, or "_bn_nchwc" for a normalization,
// and maybe what makes it unique. nullopt for other names.
std::optional<LayerId> LayerOfLayoutName(
    const Graph& graph, const std::map<std::string_view, LayerId>& by_tensor,
    std::string_view name);

// Is the node one that the runtime inserts to change a layout, a type or a
// shape?
bool IsHelper(std::string_view name, std::string_view op);

// Operators that a runtime drops: their output is their input.
bool IsPassedThrough(std::string_view op);

}  // namespace dnncut
