// SPDX-License-Identifier: Apache-2.0
//
// The type that a half declares for one of its inputs or outputs. Where the
// model itself does not declare it (fully), it comes from type inference.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <set>

#include "compiler/model/graph.h"

namespace dnncut {

// Which dims of an inferred type must stay open. Types are inferred for one
// size of the model's free dims; a half must work for all for which the model
// does. An open dim is always right, a fixed one only when no free dim decides
// it. Free leading dims are batches, by convention: they show as a leading dim
// or as their own value. Any other free dim (a height, the length of a
// sequence) may influence every dim in any way.
struct OpenDims {
  bool all = false;
  bool leading = false;
  std::set<int64_t> values;  // that free leading dims were given
};

// By the inputs of the model: what the file declares against what the graph
// was made for.
OpenDims FindOpenDims(const ONNX_NAMESPACE::GraphProto& model,
                      const Graph& graph);

// Adds to `info` what it does not say of element type and shape, and corrects
// what it says of a shape but the operators compute otherwise (a batch that was
// changed by hand leaves such value_info), or what is so for one size of a free
// batch only.
void CompleteType(const TensorType& type, const OpenDims& open_dims,
                  ONNX_NAMESPACE::ValueInfoProto* info);

}  // namespace dnncut
