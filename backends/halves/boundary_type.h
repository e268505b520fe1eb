// SPDX-License-Identifier: Apache-2.0
//
// The type that a half declares for one of its inputs or outputs. Where the
// model itself does not declare it (fully), it comes from type inference.
#pragma once

#include <onnx/onnx_pb.h>

#include <vector>

#include "compiler/model/graph.h"

namespace dnncut {

// Adds to `info` what it does not say of element type and shape, and corrects
// what it says of a shape but the operators compute otherwise (a batch that was
// changed by hand leaves such value_info). Types are inferred for one size of
// the model's free dims, and a half must work for all for which the model does:
// a dim is open unless it is known to be constant, or the model gives it a
// name. `constant_dims` as in Tensor.
void CompleteType(const TensorType& type,
                  const std::vector<bool>& constant_dims,
                  ONNX_NAMESPACE::ValueInfoProto* info);

}  // namespace dnncut
