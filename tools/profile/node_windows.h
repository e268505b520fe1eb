// SPDX-License-Identifier: Apache-2.0
//
// Finds the layers of nodes whose names tell none, from what ran before and
// behind them. For traces without the optimised graph.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "tools/profile/layer_units.h"
#include "tools/profile/runtime_names.h"

namespace dnncut {

struct NodeMatch {
  LayerId layer = -1;
  bool is_sure = false;  // it can be no other layer
};

class NodeWindows {
 public:
  // Refers to the graph. `meanings` by node, in the order in which they ran.
  NodeWindows(const Graph& graph, const std::vector<NameMeaning>& meanings);

  // The node at `position` has been found to stand for the layer.
  void Place(LayerId layer, int position);

  // A layer without a node whose operator the node's may be made of, and that
  // could run then. nullopt when there is none.
  std::optional<NodeMatch> Match(int position,
                                 const std::vector<NodeTime>& nodes,
                                 const LayerUnits& units) const;

  // The layer without a node that the node is of the body of: the only one that
  // could run then, or the first that has a body.
  std::optional<LayerId> LayerAround(int position,
                                     const LayerUnits& units) const;

 private:
  std::vector<LayerId> LayersAt(int position, const LayerUnits& units) const;
  bool AllDependOnTheFirst(const std::vector<LayerId>& layers) const;
  LayerId LastOfSubgraph(LayerId core, std::string_view op,
                         const LayerUnits& units) const;

  const Graph& graph_;
  const std::vector<NameMeaning>& meanings_;
  std::vector<int> first_;  // by LayerId: positions of its nodes, -1 for none
  std::vector<int> last_;
};

}  // namespace dnncut
