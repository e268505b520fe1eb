// SPDX-License-Identifier: Apache-2.0
//
// Where layers are that left no node, for the mappings of trace_mapping.h.
#pragma once

#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "tools/profile/layer_units.h"

namespace dnncut {

// By LayerId: layers that a runtime drops because another, which has a node,
// computes the same. A DequantizeLinear is none: each reader has its own.
std::vector<bool> FindDuplicates(const Graph& graph, const LayerUnits& units);

// When and as what the node of a layer ran.
struct LayerRun {
  int position = 0;  // in the order of the run
  std::string_view op;
  bool is_layout = false;  // is named after the layer by a layout pass, and may
                           // hold what the name does not tell
};

// Joins the layers without a node that the node which makes their input can
// hold behind itself. `runs` by the layers with a node.
void JoinBehindNodes(const Graph& graph,
                     const std::map<LayerId, LayerRun>& runs,
                     LayerUnits* units);

// A layer without a node belongs to the one unit that its readers became, seen
// through others of its kind. None when its result was folded into a constant,
// as those of `folded` are, several when it was dropped or doubled: then it is
// alone. So is what another layer computes, too.
void JoinToReaders(const Graph& graph, const std::set<std::string_view>& folded,
                   LayerUnits* units);

}  // namespace dnncut
