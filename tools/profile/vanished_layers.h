// SPDX-License-Identifier: Apache-2.0
//
// Where layers are that left no node, for the mappings of trace_mapping.h.
#pragma once

#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "tools/profile/layer_units.h"
#include "tools/profile/runtime_names.h"

namespace dnncut {

// The layer that alone reads what the layer makes.
std::optional<LayerId> OnlyReader(const Graph& graph, LayerId layer);

// Operators on quantized numbers whose result is quantized.
bool GivesQuantized(std::string_view op);

// For a layer that became such an operator: it holds what follows, up to the
// QuantizeLinear.
void JoinUpToQuantization(const Graph& graph, LayerId layer, LayerUnits* units);

// By LayerId: layers that a runtime drops because another, which has a node,
// computes the same. A DequantizeLinear is none: each reader has its own.
std::vector<bool> FindDuplicates(const Graph& graph, const LayerUnits& units);

// What a node can hold behind the layer that it is known by.
struct Room {
  bool for_constants = false;  // normalizations, biases, factors
  bool for_rescaling = false;  // of the result of integers
  bool for_addition = false;   // of a bias or of what another node made
  bool for_activation = false;
  bool is_last = false;  // the node is known by the last of its layers: those
                         // back to the convolution are in it, too
};

Room RoomOf(const Graph& graph, LayerId layer, std::string_view op,
            const NameMeaning& meaning);

// Joins the layers without a node that the node of `layer` has room for. For
// one node after the other, as they ran; `has_run`, by LayerId, is kept for it.
void JoinChain(const Graph& graph, LayerId layer, Room room, LayerUnits* units,
               std::vector<bool>* has_run);

// A QuantizeLinear without a node belongs to what makes its input.
void JoinQuantizations(const Graph& graph, LayerUnits* units);

// A layer without a node belongs to the one unit that its readers became, seen
// through others of its kind. None when its result was folded into a constant,
// as those of `folded` are, several when it was dropped or doubled: then it is
// alone. So is what another layer computes, too.
void JoinToReaders(const Graph& graph, const std::set<std::string_view>& folded,
                   LayerUnits* units);

}  // namespace dnncut
