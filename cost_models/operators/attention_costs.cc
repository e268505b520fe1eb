// SPDX-License-Identifier: Apache-2.0
//
// Attention: the projections of the input, where the operator makes them, and
// two batched products, Q x K' and scores x V. With B sequences of S queries
// against T keys these cost 2 * B * S * T * (hidden size of Q + that of V);
// the number of heads cancels out. Softmax, masks and rotations are left out:
// they are a few operations for each of B * S * T * heads. A causal mask saves
// nothing: kernels on CPUs compute the masked half too.
#include <algorithm>

#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

int64_t ScoreOperations(int64_t batch, int64_t queries, int64_t keys,
                        int64_t qk_hidden, int64_t v_hidden) {
  const int64_t pairs = SaturatingMul(SaturatingMul(batch, queries), keys);
  return SaturatingMul(SaturatingMul(2, pairs),
                       SaturatingAdd(qk_hidden, v_hidden));
}

// (..., rows, columns) of the weights applied to every row of the input.
int64_t ProjectionOperations(const Operation& operation) {
  return SaturatingMul(SaturatingMul(2, Elements(Input(operation, 0))),
                       Dim(Input(operation, 1), -1));
}

// The hidden size of Q in merged weights (input, 2 * hidden + v_hidden).
int64_t MergedHidden(const Operation& operation) {
  const auto it = operation.ints.find("qkv_hidden_sizes");
  if (it != operation.ints.end() && it->second.size() == 3) {
    return std::max<int64_t>(0, it->second[0]);
  }
  return Dim(Input(operation, 1), -1) / 3;
}

OperationCost MakeAttention(const Operation& operation, DType dtype,
                            int64_t operations) {
  return MakeCost(operation, OperatorClass::kMatrixProduct, dtype, operations);
}

// Merged weights at position 1; `past` is the position of (2, batch, heads,
// past length, head size).
int64_t MergedOperations(const Operation& operation, int past) {
  const TensorType& input = Input(operation, 0);
  const int64_t queries = Dim(input, 1);
  const int64_t cached = Dim(Input(operation, past), 3);
  const bool shared =
      IntAttribute(operation, "past_present_share_buffer", 0) != 0;
  const int64_t keys =
      shared && cached > 0 ? cached : SaturatingAdd(queries, cached);
  return SaturatingAdd(
      ProjectionOperations(operation),
      ScoreOperations(Dim(input, 0), queries, keys, MergedHidden(operation),
                      Dim(Output(operation, 0), -1)));
}

// Hidden size of (batch, length, hidden) or (batch, heads, length, head size).
int64_t HiddenSize(const TensorType& type) {
  if (Rank(type) == 4) return SaturatingMul(Dim(type, 1), Dim(type, 3));
  return Dim(type, -1);
}

int64_t SequenceLength(const TensorType& type) {
  return Rank(type) == 4 ? Dim(type, 2) : Dim(type, 1);
}

// ONNX's own Attention (opset 23): query, key, value, mask, past key.
OperationCost CountOnnxAttention(const Operation& operation) {
  const TensorType& query = Input(operation, 0);
  const int64_t keys = SaturatingAdd(SequenceLength(Input(operation, 1)),
                                     Dim(Input(operation, 4), 2));
  return MakeAttention(
      operation, ComputeType(query),
      ScoreOperations(Dim(query, 0), SequenceLength(query), keys,
                      HiddenSize(query), HiddenSize(Output(operation, 0))));
}

OperationCost CountAttention(const Operation& operation, int past) {
  if (operation.domain.empty() || operation.domain == "ai.onnx") {
    return CountOnnxAttention(operation);
  }
  return MakeAttention(operation, ComputeType(Input(operation, 0)),
                       MergedOperations(operation, past));
}

// `token_offset` (batch, longest sequence) is at position 3; the input has the
// real tokens only.
OperationCost CountPackedAttention(const Operation& operation, int) {
  const TensorType& offset = Input(operation, 3);
  const int64_t scores =
      ScoreOperations(Dim(offset, 0), Dim(offset, 1), Dim(offset, 1),
                      MergedHidden(operation), Dim(Output(operation, 0), -1));
  return MakeAttention(operation, ComputeType(Input(operation, 0)),
                       SaturatingAdd(ProjectionOperations(operation), scores));
}

OperationCost CountPackedMultiHead(const Operation& operation, int) {
  const TensorType& query = Input(operation, 0);
  const TensorType& offset = Input(operation, 4);
  // (tokens, hidden), or packed as (tokens, heads, 3, head size).
  const int64_t hidden = Rank(query) == 4
                             ? SaturatingMul(Dim(query, 1), Dim(query, 3))
                             : Dim(query, -1);
  return MakeAttention(
      operation, ComputeType(query),
      ScoreOperations(Dim(offset, 0), Dim(offset, 1), Dim(offset, 1), hidden,
                      Dim(Output(operation, 0), -1)));
}

// Query, key and value already projected; `past_key` is the position of (batch,
// heads, past length, head size). Key and value may be packed into the query
// (batch, length, heads, 3, head size) or into the key.
OperationCost CountMultiHead(const Operation& operation, int past_key) {
  const TensorType& query = Input(operation, 0);
  const TensorType& key = Input(operation, 1);
  const int64_t v_hidden = Dim(Output(operation, 0), -1);
  const int64_t queries = Dim(query, 1);
  int64_t hidden = Dim(query, -1);
  int64_t keys = Rank(key) == 0 ? queries : SequenceLength(key);
  if (Rank(query) == 5) {
    hidden = SaturatingMul(Dim(query, 2), Dim(query, 4));
  } else if (Rank(key) == 0) {
    hidden = (hidden - std::min(hidden, v_hidden)) / 2;
  }
  const int64_t cached = Dim(Input(operation, past_key), 2);
  const bool shared =
      IntAttribute(operation, "past_present_share_buffer", 0) != 0;
  keys = shared && cached > 0 ? cached : SaturatingAdd(keys, cached);
  return MakeAttention(
      operation, ComputeType(query),
      ScoreOperations(Dim(query, 0), queries, keys, hidden, v_hidden));
}

// The output (batch, length, hidden) tells the hidden size when the query is
// packed. Groups share keys, which saves bytes, not operations. The present key
// is as long as all keys (or as the shared buffer).
OperationCost CountGroupQuery(const Operation& operation, int) {
  const TensorType& query = Input(operation, 0);
  const int64_t queries = Dim(query, 1);
  const int64_t hidden = Dim(Output(operation, 0), -1);
  int64_t keys = Dim(Output(operation, 1), 2);
  if (keys == 0) {
    keys = SaturatingAdd(queries, Dim(Input(operation, 3), 2));
  }
  const int64_t window = IntAttribute(operation, "local_window_size", -1);
  if (window > 0) keys = std::min(keys, window);
  return MakeAttention(
      operation, ComputeType(query),
      ScoreOperations(Dim(query, 0), queries, keys, hidden, hidden));
}

constexpr OperatorFamily kAttentionFamilies[] = {
    {"Attention", CountAttention, 4},
    {"QAttention", CountAttention, 8},
    {"DecoderMaskedSelfAttention", CountAttention, 4},
    {"PackedAttention", CountPackedAttention},
    {"PackedMultiHeadAttention", CountPackedMultiHead},
    {"MultiHeadAttention", CountMultiHead, 6},
    {"DecoderMaskedMultiHeadAttention", CountMultiHead, 5},
    {"GroupQueryAttention", CountGroupQuery},
    {"SparseAttention", CountGroupQuery},
};

}  // namespace

std::span<const OperatorFamily> AttentionFamilies() {
  return kAttentionFamilies;
}

}  // namespace dnncut
