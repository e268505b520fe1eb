// SPDX-License-Identifier: Apache-2.0
#include "frontends/shapes/element_bounds.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "compiler/model/onnx_walk.h"
#include "frontends/shapes/rule_ranges.h"
#include "frontends/shapes/upper_rules.h"

namespace dnncut {
namespace {

// Operators whose outputs have no more elements than their first input: they
// rearrange it, choose from it, or compute each element from one of its own.
constexpr std::string_view kNoMoreThanFirst[] = {"Abs",
                                                 "BitwiseNot",
                                                 "Cast",
                                                 "CastLike",
                                                 "Ceil",
                                                 "Clip",
                                                 "Compress",
                                                 "DepthToSpace",
                                                 "DequantizeLinear",
                                                 "Dropout",
                                                 "Elu",
                                                 "Erf",
                                                 "Exp",
                                                 "Flatten",
                                                 "Floor",
                                                 "Gelu",
                                                 "HardSigmoid",
                                                 "HardSwish",
                                                 "Identity",
                                                 "LeakyRelu",
                                                 "Log",
                                                 "LogSoftmax",
                                                 "Mish",
                                                 "Neg",
                                                 "Not",
                                                 "QuantizeLinear",
                                                 "Reciprocal",
                                                 "Relu",
                                                 "Reshape",
                                                 "Round",
                                                 "Selu",
                                                 "Sigmoid",
                                                 "Sign",
                                                 "Slice",
                                                 "Softmax",
                                                 "Softplus",
                                                 "SpaceToDepth",
                                                 "Split",
                                                 "Sqrt",
                                                 "Squeeze",
                                                 "Swish",
                                                 "Tanh",
                                                 "TopK",
                                                 "Transpose",
                                                 "Trilu",
                                                 "Unique",
                                                 "Unsqueeze"};
static_assert(std::is_sorted(std::begin(kNoMoreThanFirst),
                             std::end(kNoMoreThanFirst)));

// Of these only the first output.
constexpr std::string_view kFirstNoMoreThanFirst[] = {
    "BatchNormalization", "InstanceNormalization", "LayerNormalization"};

int64_t SumOfElements(const NodeRun& run) {
  Range sum = Exactly(0);
  for (size_t i = 0; i < run.inputs.size(); ++i) {
    sum = Sum(sum, InputElements(run, i));
  }
  return sum.most;
}

int64_t ProductOfElements(const NodeRun& run) {
  Ranges factors;
  for (size_t i = 0; i < run.inputs.size(); ++i) {
    factors.push_back(InputElements(run, i));
  }
  return SizeIn(Product(factors)).most;
}

}  // namespace

int64_t MostElements(const NodeRun& run, size_t output) {
  if (!NormalDomain(run.node->domain()).empty()) return INT64_MAX;
  const std::string_view op_type = run.node->op_type();
  if (std::binary_search(std::begin(kNoMoreThanFirst),
                         std::end(kNoMoreThanFirst), op_type) ||
      (output == 0 && std::find(std::begin(kFirstNoMoreThanFirst),
                                std::end(kFirstNoMoreThanFirst),
                                op_type) != std::end(kFirstNoMoreThanFirst))) {
    return InputElements(run, 0).most;
  }
  if (op_type == "Concat") return SumOfElements(run);
  // Each dim of the result is that of one of the inputs.
  if (run.rules->upper == BoundBroadcast) return ProductOfElements(run);
  return INT64_MAX;
}

}  // namespace dnncut
