// SPDX-License-Identifier: Apache-2.0
//
// Types of the operators that ONNX Runtime adds and its optimiser writes most.
// Source: ONNX Runtime's documentation of its contributed operators.
#include <cstdint>

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

// Query, key and value are apart, or together in the first input. The second
// and third output are past and present together, as long as the total length,
// a value that only the data has, or as the past when that is longer.
const NodeProto* InferGroupQueryAttention(NodeRun* run, NodeProto*) {
  TensorType query = InputType(*run, 0);
  const int64_t heads = IntAttribute(*run->node, "num_heads", 0);
  const int64_t kv_heads = IntAttribute(*run->node, "kv_num_heads", 0);
  if (!query.has_rank || query.shape.size() != 3 || heads < 1 || kv_heads < 1 ||
      heads > INT32_MAX || kv_heads > INT32_MAX) {
    run->problem = "its query or its numbers of heads are none";
    return nullptr;
  }
  const bool packed = !HasInput(*run, 1);
  const int64_t all_heads = packed ? heads + 2 * kv_heads : heads;
  int64_t& width = query.shape[2];
  const int64_t size = width < 0 ? -1 : width / all_heads;
  width = size < 0 ? -1 : size * heads;
  SetOutput(query, 0, run);
  TensorType present = query;
  present.shape = {query.shape[0], kv_heads, -1, size};
  if (HasInput(*run, 3)) present.dtype = InputType(*run, 3).dtype;
  SetOutput(present, 1, run);
  SetOutput(present, 2, run);
  return nullptr;
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
