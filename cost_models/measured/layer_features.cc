// SPDX-License-Identifier: Apache-2.0
#include "cost_models/measured/layer_features.h"

#include <algorithm>

#include "cost_models/fusion/fused_costs.h"
#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

bool HasWindow(OperatorClass operator_class) {
  return operator_class == OperatorClass::kConvolution ||
         operator_class == OperatorClass::kDepthwiseConvolution ||
         operator_class == OperatorClass::kPooling;
}

int64_t KernelElements(const Operation& operation) {
  int64_t elements = 1;
  const auto it = operation.ints.find("kernel_shape");
  if (it != operation.ints.end()) {
    for (const int64_t size : it->second) {
      elements = SaturatingMul(elements, std::max<int64_t>(1, size));
    }
    return elements;
  }
  // A convolution without the attribute has it in its weights' shape (channels
  // out, channels in, window...); global pooling's window is all there is.
  int position = 1;
  if (operation.op_type.starts_with("Global")) position = 0;
  if (operation.op_type == "QLinearConv") position = 3;
  const TensorType& shape = Input(operation, position);
  for (int axis = 2; axis < Rank(shape); ++axis) {
    elements = SaturatingMul(elements, std::max<int64_t>(1, Dim(shape, axis)));
  }
  return elements;
}

LayerFeatures Features(const Operation& operation, const OperationCost& cost,
                       int64_t output_bytes) {
  LayerFeatures features;
  features.operator_class = cost.operator_class;
  features.operations = cost.operations;
  features.bytes = cost.bytes;
  features.calls = cost.calls;
  features.output_bytes = output_bytes;
  if (HasWindow(cost.operator_class) && operation.bodies.empty()) {
    features.kernel = KernelElements(operation);
  }
  return features;
}

}  // namespace

LayerFeatures CountFeatures(const Operation& operation) {
  return Features(operation, CountOperation(operation), OutputBytes(operation));
}

std::vector<LayerFeatures> CountFeatures(const Graph& graph,
                                         const Fusion& fusion) {
  const FusedCosts fused = CountFused(graph, fusion);
  std::vector<LayerFeatures> features;
  for (size_t i = 0; i < graph.layers.size(); ++i) {
    features.push_back(Features(graph.layers[i].operation, fused.costs[i],
                                fused.output_bytes[i]));
  }
  return features;
}

}  // namespace dnncut
