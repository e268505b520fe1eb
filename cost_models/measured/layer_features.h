// SPDX-License-Identifier: Apache-2.0
//
// What the time of a layer is predicted from. `profile` writes them beside the
// measured times, so that `fit` needs no models; regression.h counts them of
// the layers that it predicts.
#pragma once

#include <cstdint>

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

}  // namespace dnncut
