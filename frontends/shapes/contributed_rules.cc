// SPDX-License-Identifier: Apache-2.0
//
// Types of those operators added by ONNX Runtime that its optimiser writes most
// often. Source: ONNX Runtime's documentation of its contributed operators.
#include <map>

#include "frontends/shapes/operator_rules.h"
#include "frontends/values/compute_values.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::NodeProto;

// The output has the shape of the first input; so has the fourth, the sum.
const NodeProto* SkipNormalization(NodeRun* run, NodeProto*) {
  SetOutput(InputType(*run, 0), 0, run);
  SetOutput(InputType(*run, 0), 3, run);
  return nullptr;
}

const NodeProto* FusedConv(NodeRun* run, NodeProto* storage) {
  return As("Conv", *run, storage);
}

const NodeProto* FusedGemm(NodeRun* run, NodeProto* storage) {
  return As("Gemm", *run, storage);
}

// A and B are the inputs 0 and 3, each followed by scale and zero point.
const NodeProto* QuantizedBinary(NodeRun* run, NodeProto* storage) {
  if (run->node->input_size() < 4) return LikeFirstInput(run, storage);
  As("Add", *run, storage);
  storage->clear_input();
  storage->add_input(run->node->input(0));
  storage->add_input(run->node->input(3));
  return storage;
}

// [batch, sequence, width] with weights [width, 3 * hidden]: query, key, value.
const NodeProto* FusedAttention(NodeRun* run, NodeProto*) {
  TensorType type = InputType(*run, 0);
  const TensorType weights = InputType(*run, 1);
  const bool plain = FindAttribute(*run->node, "qkv_hidden_sizes") == nullptr &&
                     run->outputs.size() == 1 && type.shape.size() == 3 &&
                     weights.shape.size() == 2 && weights.shape[1] >= 0;
  if (!plain) {
    run->problem = "libonnx does not know it";
    return nullptr;
  }
  type.shape[2] = weights.shape[1] / 3;
  SetOutput(type, 0, run);
  return nullptr;
}

}  // namespace

OperatorRule FindContributedRule(std::string_view op_type) {
  static const std::map<std::string_view, OperatorRule> kContributed = {
      {"Attention", FusedAttention},
      {"BiasGelu", LikeFirstInput},
      {"DequantizeLinear", DequantizeLinear},
      {"FastGelu", LikeFirstInput},
      {"FusedConv", FusedConv},
      {"FusedGemm", FusedGemm},
      {"Gelu", LikeFirstInput},
      {"QLinearAdd", QuantizedBinary},
      {"QLinearLeakyRelu", LikeFirstInput},
      {"QLinearMul", QuantizedBinary},
      {"QLinearSigmoid", LikeFirstInput},
      {"QuantizeLinear", QuantizeLinear},
      {"QuickGelu", LikeFirstInput},
      {"RotaryEmbedding", LikeFirstInput},
      {"SkipLayerNormalization", SkipNormalization},
      {"SkipSimplifiedLayerNormalization", SkipNormalization},
  };
  auto found = kContributed.find(op_type);
  return found == kContributed.end() ? nullptr : found->second;
}

}  // namespace dnncut
