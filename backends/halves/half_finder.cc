// SPDX-License-Identifier: Apache-2.0
#include "backends/halves/half_finder.h"

#include <algorithm>

#include "backends/halves/halves.h"

namespace dnncut {

HalfFinder::HalfFinder(const Graph& graph)
    : results_of_(graph.layers.size()),
      // The device has no layer, so nothing else can be its half.
      has_constants_only_(dnncut::HasHalf(
          graph, Cut(graph.layers.size(), Side::kServer), Side::kDevice)) {
  for (const Tensor& tensor : graph.tensors) {
    const bool is_made = tensor.producer != kModelInput;
    is_made_.push_back(is_made);
    if (!is_made || !tensor.is_result) continue;
    ++results_of_[tensor.producer];
    ++results_.server;
  }
}

void HalfFinder::Put(LayerId layer, Side side) {
  results_[side] += results_of_[layer];
  results_[OtherSide(side)] -= results_of_[layer];
}

// What the device makes and the server reads is uploaded; what else is uploaded
// is an input, or a result.
bool HalfFinder::HasHalf(const TableCut& cut, Side side) const {
  if (results_[side] > 0) return true;
  if (side == Side::kServer) return false;
  return has_constants_only_ ||
         std::ranges::any_of(cut.costs.uploaded,
                             [&](TensorId t) { return is_made_[t]; });
}

}  // namespace dnncut
