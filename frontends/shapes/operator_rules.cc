// SPDX-License-Identifier: Apache-2.0
//
// libonnx 1.12 looks a newer form of an operator up as the newest that it
// knows, and then reads the new node by the old rules: ReduceMean's axes became
// an input in opset 18, and it would reduce over everything. So every operator
// whose sizes follow new rules since opset 18 is here. Source: the operator
// schemas of ONNX. Which rule is whose stands in operator_table.cc.
#include "frontends/shapes/operator_rules.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "frontends/read/limits.h"
#include "frontends/shapes/einsum_shape.h"
#include "frontends/shapes/onnx_types.h"
#include "frontends/values/compute_values.h"

namespace dnncut {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TypeProto;

TensorType InputType(const NodeRun& run, size_t index) {
  if (index >= run.inputs.size() || run.inputs[index] == nullptr) return {};
  return TypeFromOnnx(run.inputs[index]->type);
}

bool HasInput(const NodeRun& run, int index) {
  return index < run.node->input_size() && !run.node->input(index).empty();
}

void SetOutput(const TensorType& type, size_t index, NodeRun* run) {
  if (index < run->outputs.size()) run->outputs[index].type = TypeToOnnx(type);
}

const NodeProto* LikeFirstInput(NodeRun* run, NodeProto*) {
  SetOutput(InputType(*run, 0), 0, run);
  return nullptr;
}

const NodeProto* As(const char* op_type, const NodeRun& run,
                    NodeProto* storage) {
  *storage = *run.node;
  storage->set_op_type(op_type);
  storage->set_domain("");
  return storage;
}

namespace {

DType DTypeAttribute(const NodeRun& run, DType otherwise) {
  int64_t number = IntAttribute(*run.node, "output_dtype", 0);
  return number <= 0 || number > 1000
             ? otherwise
             : DTypeFromOnnx(static_cast<int32_t>(number));
}

}  // namespace

const NodeProto* InferQuantizeLinear(NodeRun* run, NodeProto*) {
  TensorType type = InputType(*run, 0);
  type.dtype = HasInput(*run, 2) ? InputType(*run, 2).dtype
                                 : DTypeAttribute(*run, DType::kUint8);
  SetOutput(type, 0, run);
  return nullptr;
}

const NodeProto* InferDequantizeLinear(NodeRun* run, NodeProto*) {
  TensorType type = InputType(*run, 0);
  type.dtype = DTypeAttribute(*run, InputType(*run, 1).dtype);
  SetOutput(type, 0, run);
  return nullptr;
}

namespace {

// The value of an input as numbers, whatever its type; nullopt: not known.
std::optional<std::vector<double>> InputNumbers(const NodeRun& run,
                                                size_t index) {
  if (index >= run.inputs.size() || run.inputs[index] == nullptr ||
      run.inputs[index]->value == nullptr ||
      !IsComplete(*run.inputs[index]->value)) {
    return std::nullopt;
  }
  std::vector<double> numbers;
  for (const KnownElement& element : run.inputs[index]->value->elements) {
    // One of the two is 0.
    numbers.push_back(static_cast<double>(element.integer) + element.real);
  }
  return numbers;
}

// Axes as indices into `rank` dims; nullopt when one is out of range.
std::optional<std::vector<size_t>> NormalAxes(const std::vector<double>& axes,
                                              size_t rank) {
  std::vector<size_t> normal;
  for (double axis : axes) {
    double index = axis < 0 ? axis + static_cast<double>(rank) : axis;
    // Written as "not inside" because a NaN fails every comparison.
    const bool fits = index >= 0 && index < static_cast<double>(rank);
    if (!fits) return std::nullopt;
    normal.push_back(static_cast<size_t>(index));
  }
  return normal;
}

std::vector<double> AllAxes(size_t rank) {
  std::vector<double> axes(rank);
  for (size_t i = 0; i < rank; ++i) axes[i] = static_cast<double>(i);
  return axes;
}

// Rank and dtype of the first input, all dims open.
TensorType OpenLike(TensorType type) {
  std::fill(type.shape.begin(), type.shape.end(), -1);
  return type;
}

}  // namespace

const NodeProto* InferAsAdd(NodeRun* run, NodeProto* storage) {
  return As("Add", *run, storage);
}

const NodeProto* InferCast(NodeRun* run, NodeProto*) {
  TensorType type = InputType(*run, 0);
  type.kind = TensorType::Kind::kTensor;
  type.dtype = DTypeFromOnnx(static_cast<int32_t>(
      std::clamp<int64_t>(IntAttribute(*run->node, "to", 0), 0, 1000)));
  SetOutput(type, 0, run);
  return nullptr;
}

const NodeProto* InferCastLike(NodeRun* run, NodeProto*) {
  TensorType type = InputType(*run, 0);
  type.dtype = InputType(*run, 1).dtype;
  SetOutput(type, 0, run);
  return nullptr;
}

// The axes are an input since opset 18 (ReduceSum: 13, which libonnx knows).
const NodeProto* InferReduce(NodeRun* run, NodeProto* storage) {
  const NodeProto& node = *run->node;
  const bool noop = IntAttribute(node, "noop_with_empty_axes", 0) != 0;
  if (!HasInput(*run, 1)) {
    if (run->opset >= 18 && noop) return LikeFirstInput(run, storage);
    return run->node;
  }
  auto axes = InputNumbers(*run, 1);
  if (!axes.has_value()) {
    TensorType type = OpenLike(InputType(*run, 0));
    if (IntAttribute(node, "keepdims", 1) == 0) {
      type.has_rank = false;
      type.shape.clear();
    }
    SetOutput(type, 0, run);
    return nullptr;
  }
  if (axes->empty() && noop) return LikeFirstInput(run, storage);
  *storage = node;
  while (storage->input_size() > 1) storage->mutable_input()->RemoveLast();
  if (axes->empty()) return storage;
  AttributeProto* attribute = storage->add_attribute();
  attribute->set_name("axes");
  attribute->set_type(AttributeProto::INTS);
  for (double axis : *axes) {
    const bool fits = std::abs(axis) <= kMaxRank;
    if (!fits) {
      run->problem = "its axes are out of range";
      return nullptr;
    }
    attribute->add_ints(static_cast<int64_t>(axis));
  }
  return storage;
}

// Since opset 18 the parts need not be equal: the last one is what is left.
const NodeProto* InferSplit(NodeRun* run, NodeProto*) {
  const NodeProto& node = *run->node;
  if (FindAttribute(node, "num_outputs") == nullptr || HasInput(*run, 1)) {
    return run->node;
  }
  TensorType type = InputType(*run, 0);
  auto axis = NormalAxes({static_cast<double>(IntAttribute(node, "axis", 0))},
                         type.shape.size());
  if (!type.has_rank || !axis.has_value()) {
    run->problem = type.has_rank ? "its axis is out of range" : "";
    return nullptr;
  }
  const int64_t count = static_cast<int64_t>(run->outputs.size());
  int64_t left = type.shape[(*axis)[0]];
  const int64_t part = left < 0 ? -1 : (left + count - 1) / count;
  for (size_t i = 0; i < run->outputs.size(); ++i) {
    int64_t size = left < 0 ? -1 : std::min(part, left);
    type.shape[(*axis)[0]] = size;
    SetOutput(type, i, run);
    left -= std::max<int64_t>(size, 0);
  }
  return nullptr;
}

namespace {

// keep_aspect_ratio_policy: one scale for all axes, so that the result is not
// larger (smaller) than `sizes`.
std::vector<double> KeepRatio(const TensorType& type,
                              const std::vector<size_t>& axes,
                              std::vector<double> sizes, bool not_larger) {
  double scale = not_larger ? HUGE_VAL : 0;
  for (size_t i = 0; i < axes.size(); ++i) {
    const double ratio = static_cast<double>(
        static_cast<float>(sizes[i]) / static_cast<float>(type.shape[axes[i]]));
    scale = not_larger ? std::min(scale, ratio) : std::max(scale, ratio);
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    sizes[i] = std::floor(
        static_cast<double>(static_cast<float>(scale) *
                            static_cast<float>(type.shape[axes[i]])) +
        0.5);
  }
  return sizes;
}

}  // namespace

// Opset 18 adds axes and keep_aspect_ratio_policy.
const NodeProto* InferResize(NodeRun* run, NodeProto*) {
  const NodeProto& node = *run->node;
  const AttributeProto* axes_attribute = FindAttribute(node, "axes");
  const AttributeProto* policy =
      FindAttribute(node, "keep_aspect_ratio_policy");
  const bool stretch = policy == nullptr || policy->s() == "stretch";
  if (axes_attribute == nullptr && stretch) return run->node;
  TensorType type = InputType(*run, 0);
  if (!type.has_rank) return LikeFirstInput(run, nullptr);
  std::vector<double> listed = AllAxes(type.shape.size());
  if (axes_attribute != nullptr) {
    listed.assign(axes_attribute->ints().begin(), axes_attribute->ints().end());
  }
  auto axes = NormalAxes(listed, type.shape.size());
  const bool by_size = HasInput(*run, 3);
  auto numbers = InputNumbers(*run, by_size ? 3 : 2);
  if (!axes.has_value() ||
      (numbers.has_value() && numbers->size() != axes->size())) {
    run->problem = "its axes do not go with its sizes";
    return nullptr;
  }
  const bool known = numbers.has_value() &&
                     std::all_of(axes->begin(), axes->end(), [&](size_t axis) {
                       return type.shape[axis] > 0;
                     });
  if (by_size && known && !stretch) {
    numbers = KeepRatio(type, *axes, *numbers, policy->s() == "not_larger");
  }
  for (size_t i = 0; i < axes->size(); ++i) {
    int64_t& dim = type.shape[(*axes)[i]];
    double size = -1;
    if (known) {
      size = by_size ? (*numbers)[i]
                     : std::floor(static_cast<double>(
                           static_cast<float>(dim) *
                           static_cast<float>((*numbers)[i])));
    }
    dim = size >= 0 && size < 1e15 ? static_cast<int64_t>(size) : -1;
  }
  SetOutput(type, 0, run);
  return nullptr;
}

// Dilations are newer than libonnx here; MaxPool has always had them.
const NodeProto* InferPool(NodeRun* run, NodeProto* storage) {
  if (FindAttribute(*run->node, "dilations") == nullptr) return run->node;
  return As("MaxPool", *run, storage);
}

// Since opset 22 the text says, and ONNX Runtime does so for all opsets, that
// with ceil_mode no window starts in the padding at the end; libonnx counts it.
void DropLastWindows(const NodeRun& run, TypeProto* type) {
  const NodeProto& node = *run.node;
  const Fact* input = run.inputs.empty() ? nullptr : run.inputs[0];
  if (IntAttribute(node, "ceil_mode", 0) == 0 || input == nullptr ||
      !type->has_tensor_type()) {
    return;
  }
  const AttributeProto* strides = FindAttribute(node, "strides");
  const AttributeProto* pads = FindAttribute(node, "pads");
  TensorType in = TypeFromOnnx(input->type);
  auto* shape = type->mutable_tensor_type()->mutable_shape();
  const int rank = shape->dim_size();
  if (strides == nullptr || strides->ints_size() != rank - 2 ||
      static_cast<int>(in.shape.size()) != rank) {
    return;
  }
  for (int i = 2; i < rank; ++i) {
    auto* dim = shape->mutable_dim(i);
    int64_t pad = pads != nullptr && pads->ints_size() == 2 * (rank - 2)
                      ? pads->ints(i - 2)
                      : 0;
    int64_t last = 0;
    if (!dim->has_dim_value() || in.shape[i] < 0 ||
        __builtin_mul_overflow(dim->dim_value() - 1, strides->ints(i - 2),
                               &last)) {
      continue;
    }
    if (last - pad >= in.shape[i]) dim->set_dim_value(dim->dim_value() - 1);
  }
}

const NodeProto* InferEinsum(NodeRun* run, NodeProto*) {
  const AttributeProto* equation = FindAttribute(*run->node, "equation");
  TensorType type = InputType(*run, 0);
  std::vector<std::vector<int64_t>> shapes;
  for (size_t i = 0; i < run->inputs.size(); ++i) {
    TensorType input = InputType(*run, i);
    if (!input.has_rank) return nullptr;
    shapes.push_back(std::move(input.shape));
  }
  auto shape = EinsumShape(equation == nullptr ? "" : equation->s(), shapes);
  if (!shape.has_value()) {
    run->problem = "its equation does not go with its inputs";
    return nullptr;
  }
  type.shape = std::move(*shape);
  SetOutput(type, 0, run);
  return nullptr;
}

// Query, key and value with the heads apart (rank 4) or together (rank 3).
const NodeProto* InferAttention(NodeRun* run, NodeProto*) {
  TensorType query = InputType(*run, 0);
  const TensorType value = InputType(*run, 2);
  if (!query.has_rank || !value.has_rank ||
      query.shape.size() != value.shape.size() || query.shape.size() < 3 ||
      run->outputs.size() > 1) {
    run->problem = "libonnx does not know it";
    run->unknown = true;
    return nullptr;
  }
  int64_t& width = query.shape.back();
  if (query.shape.size() == 4) {
    width = value.shape.back();
  } else {
    const int64_t heads = IntAttribute(*run->node, "q_num_heads", 0);
    const int64_t value_heads = IntAttribute(*run->node, "kv_num_heads", 0);
    const bool known = heads > 0 && value_heads > 0 && value.shape.back() >= 0;
    if (!known || __builtin_mul_overflow(value.shape.back() / value_heads,
                                         heads, &width)) {
      width = -1;
    }
  }
  SetOutput(query, 0, run);
  return nullptr;
}

}  // namespace dnncut
