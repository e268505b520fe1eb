// SPDX-License-Identifier: Apache-2.0
//
// Types of the operators that ONNX Runtime adds and its optimiser writes most.
// Source: ONNX Runtime's documentation of its contributed operators.
#include "frontends/shapes/operator_rules.h"
#include "frontends/values/compute_values.h"

namespace dnncut {
using ONNX_NAMESPACE::NodeProto;

// The output has the shape of the first input; so has the fourth, the sum.
const NodeProto* InferSkipNormalization(NodeRun* run, NodeProto*) {
  SetOutput(InputType(*run, 0), 0, run);
  SetOutput(InputType(*run, 0), 3, run);
  return nullptr;
}

const NodeProto* InferFusedConv(NodeRun* run, NodeProto* storage) {
  return As("Conv", *run, storage);
}

const NodeProto* InferFusedGemm(NodeRun* run, NodeProto* storage) {
  return As("Gemm", *run, storage);
}

// A and B are the inputs 0 and 3, each followed by scale and zero point.
const NodeProto* InferQuantizedBinary(NodeRun* run, NodeProto* storage) {
  if (run->node->input_size() < 4) return LikeFirstInput(run, storage);
  As("Add", *run, storage);
  storage->clear_input();
  storage->add_input(run->node->input(0));
  storage->add_input(run->node->input(3));
  return storage;
}

// [batch, sequence, width] with weights [width, 3 * hidden]: query, key, value.
const NodeProto* InferFusedAttention(NodeRun* run, NodeProto*) {
  TensorType type = InputType(*run, 0);
  const TensorType weights = InputType(*run, 1);
  const bool plain = FindAttribute(*run->node, "qkv_hidden_sizes") == nullptr &&
                     run->outputs.size() == 1 && type.shape.size() == 3 &&
                     weights.shape.size() == 2 && weights.shape[1] >= 0;
  if (!plain) {
    run->problem = "libonnx does not know it";
    run->unknown = true;
    return nullptr;
  }
  type.shape[2] = weights.shape[1] / 3;
  SetOutput(type, 0, run);
  return nullptr;
}

}  // namespace dnncut
