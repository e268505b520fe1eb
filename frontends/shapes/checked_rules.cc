// SPDX-License-Identifier: Apache-2.0
//
// Rules for operators whose inference in libonnx overflows, or reads dims that
// do not exist. A node for which it would do so is reported as a problem; for
// all others libonnx is asked.
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <optional>
#include <vector>

#include "frontends/shapes/operator_rules.h"
#include "frontends/values/compute_values.h"

namespace dnncut {

using ONNX_NAMESPACE::NodeProto;

namespace {

std::optional<std::vector<int64_t>> InputIntegers(const NodeRun& run,
                                                  size_t index) {
  if (index >= run.inputs.size() || run.inputs[index] == nullptr) {
    return std::nullopt;
  }
  return Integers(run.inputs[index]->value.get());
}

// The axes of a Pad; all of them when it names none.
std::optional<std::vector<int64_t>> PaddedAxes(const NodeRun& run,
                                               size_t rank) {
  if (HasInput(run, 3)) return InputIntegers(run, 3);
  std::vector<int64_t> all(rank);
  std::iota(all.begin(), all.end(), int64_t{0});
  return all;
}

const NodeProto* Refuse(const char* why, NodeRun* run) {
  run->problem = why;
  run->refused = true;
  return nullptr;
}

}  // namespace

// libonnx and ONNX Runtime add the dims up in 32 bits.
const NodeProto* InferConcat(NodeRun* run, NodeProto*) {
  TensorType type = InputType(*run, 0);
  int64_t axis = IntAttribute(*run->node, "axis", run->opset < 4 ? 1 : 0);
  const int64_t rank = static_cast<int64_t>(type.shape.size());
  if (axis < 0) axis += rank;
  int64_t total = 0;
  for (size_t i = 0; i < run->inputs.size(); ++i) {
    const TensorType part = InputType(*run, i);
    if (!part.has_rank || static_cast<int64_t>(part.shape.size()) != rank ||
        axis < 0 || axis >= rank || part.shape[axis] < 0) {
      return run->node;
    }
    if (__builtin_add_overflow(total, part.shape[axis], &total)) {
      return Refuse("its result is too large", run);
    }
  }
  if (total <= INT32_MAX) return run->node;
  type.shape[axis] = total;
  SetOutput(type, 0, run);
  return nullptr;
}

// libonnx says that there are no rows where the input has no dims. Runtimes
// take a scalar for one element in one dim.
const NodeProto* InferNonZero(NodeRun* run, NodeProto*) {
  const TensorType input = InputType(*run, 0);
  if (!input.has_rank || !input.shape.empty()) return run->node;
  TensorType type = input;
  type.dtype = DType::kInt64;
  type.shape = {-1, -1};
  SetOutput(type, 0, run);
  return nullptr;
}

// The pads are an input since opset 11, and the axes since opset 18.
const NodeProto* InferPad(NodeRun* run, NodeProto*) {
  if (!HasInput(*run, 1)) return run->node;
  TensorType type = InputType(*run, 0);
  const auto pads = InputIntegers(*run, 1);
  const auto axes = PaddedAxes(*run, type.shape.size());
  if (!type.has_rank || !pads.has_value() || !axes.has_value()) {
    std::fill(type.shape.begin(), type.shape.end(), -1);
    SetOutput(type, 0, run);
    return nullptr;
  }
  if (pads->size() != 2 * axes->size()) {
    return Refuse("its pads and axes do not go together", run);
  }
  const int64_t rank = std::ssize(type.shape);
  for (size_t i = 0; i < axes->size(); ++i) {
    const int64_t axis = (*axes)[i];
    if (axis < -rank || axis >= rank) {
      return Refuse("an axis is out of range", run);
    }
    int64_t& dim = type.shape[axis < 0 ? axis + rank : axis];
    if (dim < 0) continue;
    if (__builtin_add_overflow(dim, (*pads)[i], &dim) ||
        __builtin_add_overflow(dim, (*pads)[i + axes->size()], &dim) ||
        dim < 0) {
      return Refuse("its pads are too large, or take away more than there is",
                    run);
    }
  }
  SetOutput(type, 0, run);
  return nullptr;
}

const NodeProto* InferTile(NodeRun* run, NodeProto*) {
  TensorType type = InputType(*run, 0);
  const auto repeats = InputIntegers(*run, 1);
  if (!type.has_rank || !repeats.has_value() ||
      repeats->size() != type.shape.size()) {
    return run->node;
  }
  for (size_t i = 0; i < type.shape.size(); ++i) {
    int64_t& dim = type.shape[i];
    if ((*repeats)[i] < 0 ||
        (dim >= 0 && __builtin_mul_overflow(dim, (*repeats)[i], &dim))) {
      return Refuse("its repeats are negative or too large", run);
    }
  }
  SetOutput(type, 0, run);
  return nullptr;
}

// The axis is an input since opset 20, for which libonnx does not look.
void CheckDft(NodeRun* run) {
  if (run->opset >= 20) run->problem = "libonnx knows an older form only";
}

// Opsets before 7 read the sequence's dims without looking for them.
void CheckRecurrent(NodeRun* run) {
  const TensorType sequence = InputType(*run, 0);
  if (!sequence.has_rank || sequence.shape.size() == 3) return;
  Refuse("its first input must have 3 dimensions", run);
}

void CheckRange(NodeRun* run) {
  const auto start = InputIntegers(*run, 0);
  const auto limit = InputIntegers(*run, 1);
  const auto step = InputIntegers(*run, 2);
  if (step.has_value() && step->size() == 1 && (*step)[0] == 0) {
    Refuse("its step is 0", run);
    return;
  }
  int64_t length = 0;
  if (start.has_value() && limit.has_value() && start->size() == 1 &&
      limit->size() == 1 &&
      __builtin_sub_overflow((*limit)[0], (*start)[0], &length)) {
    Refuse("its ends are too far apart", run);
  }
}

}  // namespace dnncut
