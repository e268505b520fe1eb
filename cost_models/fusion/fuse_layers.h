// SPDX-License-Identifier: Apache-2.0
//
// Which layers a runtime computes as one, as nearly every runtime does it: a
// convolution or matrix product with bias, normalization, residual and
// activation; activations, normalizations, rotary embeddings and attention that
// an exporter has spelt out; and a layer between DequantizeLinear and
// QuantizeLinear, which is an integer layer.
//
//   Conv -> BatchNormalization -> Add -> Relu -> ...      one unit of four
//   layers
//                                 ^
//                           other |
//
// Always true of a unit: what its layers make is read in the unit only and is
// no result of the model, but for what one of them makes, from which nothing
// leads back into the unit. So it is convex: a cut that keeps it together
// forces no other layer to a side.
#pragma once

#include <optional>
#include <vector>

#include "compiler/model/graph.h"
#include "compiler/problem/side.h"

namespace dnncut {

struct Fusion {
  // By LayerId: the number of the layer's unit; nullopt: it is alone.
  std::vector<std::optional<int>> groups;
  // By LayerId: the type in which an integer layer computes; nullopt: that of
  // the layer's own tensors.
  std::vector<std::optional<DType>> computes_in;
  // By LayerId: a DequantizeLinear whose readers all are integer layers, in
  // several units: each does it in passing, so it costs nothing.
  std::vector<bool> absorbed;
};

// `pins` (by LayerId, or empty): no unit has layers of both sides.
Fusion FuseLayers(const Graph& graph,
                  const std::vector<std::optional<Side>>& pins = {});

// Units that are known from elsewhere, by LayerId, or empty for none.
Fusion FusionOf(const Graph& graph,
                const std::vector<std::optional<int>>& groups);

}  // namespace dnncut
