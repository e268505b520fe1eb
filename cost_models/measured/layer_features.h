// SPDX-License-Identifier: Apache-2.0
//
// The features of a layer from which its time is predicted. Profiles have them
// beside the measured times, so that a regression can be fitted without the
// models.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/model/graph.h"
#include "cost_models/fusion/fuse_layers.h"
#include "cost_models/operators/operation_cost.h"

namespace dnncut {

// All sizes are 0 .. kMaxCount.
struct LayerFeatures {
  OperatorClass operator_class = OperatorClass::kElementwise;
  int64_t operations = 0;  // as in OperationCost, and so are bytes and calls
  int64_t bytes = 0;
  int64_t calls = 1;
  int64_t output_bytes = 0;  // of all outputs
  // Elements of the window that slides over the input, 9 for 3x3; 1 for
  // operators without one.
  int64_t kernel = 1;

  bool operator==(const LayerFeatures&) const = default;
};

LayerFeatures CountFeatures(const Operation& operation);

// By LayerId. As in FusedCosts, bytes and calls of a unit stand at one of its
// layers, so the features of its layers can be added up.
std::vector<LayerFeatures> CountFeatures(const Graph& graph,
                                         const Fusion& fusion);

}  // namespace dnncut
