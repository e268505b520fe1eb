// SPDX-License-Identifier: Apache-2.0
//
// LSTM, GRU and RNN: at every step of every sequence each direction multiplies
// the input by W and the state by R, two operations for each of their elements,
// and applies its gates. The weights count as read once: they are kept in cache
// between steps where they fit.
#include "cost_models/operators/operator_family.h"

namespace dnncut {
namespace {

// An activation and the arithmetic around it, for one gate of one unit.
constexpr int64_t kGateOperations = 12;

// X is (length, batch, input), or (batch, length, input) with layout 1; the
// product of the first two is the same. `gates` of each unit.
OperationCost CountRecurrent(const Operation& operation, int gates) {
  const TensorType& x = Input(operation, 0);
  const TensorType& w = Input(operation, 1);
  const TensorType& r = Input(operation, 2);
  const int64_t steps = SaturatingMul(Dim(x, 0), Dim(x, 1));
  const int64_t weights = SaturatingAdd(Elements(w), Elements(r));
  const int64_t units = SaturatingMul(
      Dim(w, 0), CountAttribute(operation, "hidden_size", 0));  // directions
  const int64_t activations = SaturatingMul(units, gates * kGateOperations);
  const bool quantized = operation.op_type == "DynamicQuantizeLSTM";
  return MakeCost(operation, OperatorClass::kRecurrent,
                  quantized ? DType::kInt8 : ComputeType(x),
                  SaturatingMul(steps, SaturatingAdd(SaturatingMul(2, weights),
                                                     activations)));
}

constexpr OperatorFamily kRecurrentFamilies[] = {
    {"LSTM", CountRecurrent, 4},
    {"DynamicQuantizeLSTM", CountRecurrent, 4},
    {"GRU", CountRecurrent, 3},
    {"RNN", CountRecurrent, 1},
};

}  // namespace

std::span<const OperatorFamily> RecurrentFamilies() {
  return kRecurrentFamilies;
}

}  // namespace dnncut
