// SPDX-License-Identifier: Apache-2.0
#include "frontends/known_values.h"

namespace dnncut {

using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;

bool IsComplete(const KnownValue& value) { return true; }

std::optional<KnownValue> ValueOfTensor(const TensorProto& tensor) {
  return std::nullopt;
}

TensorProto TensorOfValue(const KnownValue& value) { return {}; }

std::optional<KnownValue> ComputeValue(const NodeProto& node,
                                       const std::vector<ValueInput>& inputs) {
  return std::nullopt;
}

}  // namespace dnncut
