// SPDX-License-Identifier: Apache-2.0
//
// Where layers are that left no node, for the mappings of trace_mapping.h.
#pragma once

#include <string_view>
#include <vector>

#include "tools/layer_units.h"

namespace dnncut {

// Operators on quantized numbers whose result is quantized.
bool GivesQuantized(std::string_view op);

// For a layer that became such an operator: it holds what follows, up to the
// QuantizeLinear.
void JoinUpToQuantization(const Graph& graph, LayerId layer, LayerUnits* units);

// By LayerId: layers that a runtime drops because another, which has a node,
// computes the same. A DequantizeLinear is none: each reader has its own.
std::vector<bool> FindDuplicates(const Graph& graph, const LayerUnits& units);

}  // namespace dnncut
