// SPDX-License-Identifier: Apache-2.0
//
// Values of operators that move elements without changing them: elements that
// are not known move, too.
#include <algorithm>
#include <numeric>

#include "frontends/values/compute_values.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::AttributeProto;
using ONNX_NAMESPACE::NodeProto;
using Inputs = std::vector<ValueInput>;
using Result = std::optional<KnownValue>;

bool NormalizeAxis(int64_t rank, int64_t* axis) {
  if (*axis < 0) *axis += rank;
  return *axis >= 0 && *axis < rank;
}

int64_t Product(const std::vector<int64_t>& shape, size_t first, size_t last) {
  int64_t product = 1;
  for (size_t i = first; i < last; ++i) product *= shape[i];
  return product;
}

// The same elements in another shape.
Result WithShape(const KnownValue& value, std::vector<int64_t> shape) {
  std::optional<int64_t> count = SmallCount(shape);
  if (count != static_cast<int64_t>(value.elements.size())) return std::nullopt;
  return KnownValue{value.dtype, std::move(shape), value.elements};
}

struct SliceRange {
  int64_t start = 0;
  int64_t step = 1;
  int64_t count = 0;
};

std::optional<SliceRange> MakeSlice(int64_t dim, int64_t start, int64_t end,
                                    int64_t step) {
  constexpr int64_t kFar = int64_t{1} << 40;
  if (step == 0 || step == INT64_MIN) return std::nullopt;
  start = std::clamp(start, -kFar, kFar);
  end = std::clamp(end, -kFar, kFar);
  step = std::clamp(step, -kFar, kFar);
  if (start < 0) start += dim;
  if (end < 0) end += dim;
  SliceRange range{0, step, 0};
  if (step > 0) {
    range.start = std::clamp<int64_t>(start, 0, dim);
    end = std::clamp<int64_t>(end, 0, dim);
    range.count = std::max<int64_t>(0, (end - range.start + step - 1) / step);
  } else {
    range.start = std::clamp<int64_t>(start, -1, dim - 1);
    end = std::clamp<int64_t>(end, -1, dim - 1);
    range.count = std::max<int64_t>(0, (range.start - end - step - 1) / -step);
  }
  return range;
}

Result SliceAxis(const KnownValue& value, int64_t axis,
                 const SliceRange& range) {
  const size_t rank = value.shape.size();
  const int64_t outer = Product(value.shape, 0, axis);
  const int64_t dim = value.shape[axis];
  const int64_t inner = Product(value.shape, axis + 1, rank);
  KnownValue result{value.dtype, value.shape, {}};
  result.shape[axis] = range.count;
  for (int64_t row = 0; row < outer; ++row) {
    for (int64_t i = 0; i < range.count; ++i) {
      const int64_t index = range.start + i * range.step;
      auto start = value.elements.begin() + (row * dim + index) * inner;
      result.elements.insert(result.elements.end(), start, start + inner);
    }
  }
  return result;
}

// Of a part of a Concat, whose value may not be known; null when it is of
// another type, or large.
const std::vector<int64_t>* PartShape(const ValueInput& part, DType dtype) {
  if (part.value != nullptr) {
    return part.value->dtype == dtype ? &part.value->shape : nullptr;
  }
  const bool is_small = part.has_shape && SmallCount(part.shape).has_value();
  return is_small ? &part.shape : nullptr;
}

}  // namespace

Result ComputeIdentity(const NodeProto&, const Inputs& inputs) {
  const KnownValue* value = ValueAt(inputs, 0);
  return value == nullptr ? Result() : Result(*value);
}

Result ComputeReshape(const NodeProto& node, const Inputs& inputs) {
  const KnownValue* value = ValueAt(inputs, 0);
  bool given = false;
  auto shape = InputOrAttribute(node, inputs, 1, "shape", &given);
  if (value == nullptr || !given || !shape.has_value()) return std::nullopt;
  const bool allow_zero = IntAttribute(node, "allowzero", 0) != 0;
  const int64_t count = static_cast<int64_t>(value->elements.size());
  int64_t known = 1;
  std::optional<size_t> open;
  for (size_t i = 0; i < shape->size(); ++i) {
    int64_t& dim = (*shape)[i];
    if (dim == 0 && !allow_zero) {
      if (i >= value->shape.size()) return std::nullopt;
      dim = value->shape[i];
    }
    if (dim == -1) {
      if (open.has_value()) return std::nullopt;
      open = i;
    } else if (dim < 0 || __builtin_mul_overflow(known, dim, &known)) {
      return std::nullopt;
    }
  }
  if (open.has_value()) {
    if (known == 0 || count % known != 0) return std::nullopt;
    (*shape)[*open] = count / known;
  }
  return WithShape(*value, *shape);
}

Result ComputeUnsqueeze(const NodeProto& node, const Inputs& inputs) {
  const KnownValue* value = ValueAt(inputs, 0);
  bool given = false;
  auto axes = InputOrAttribute(node, inputs, 1, "axes", &given);
  if (value == nullptr || !given || !axes.has_value()) return std::nullopt;
  const size_t rank = value->shape.size() + axes->size();
  std::vector<int64_t> shape(rank, -1);
  for (int64_t axis : *axes) {
    if (!NormalizeAxis(static_cast<int64_t>(rank), &axis)) return std::nullopt;
    shape[axis] = 1;
  }
  size_t next = 0;
  for (int64_t& dim : shape) {
    if (dim >= 0) continue;
    if (next == value->shape.size()) return std::nullopt;
    dim = value->shape[next++];
  }
  return WithShape(*value, std::move(shape));
}

Result ComputeSqueeze(const NodeProto& node, const Inputs& inputs) {
  const KnownValue* value = ValueAt(inputs, 0);
  bool given = false;
  auto axes = InputOrAttribute(node, inputs, 1, "axes", &given);
  if (value == nullptr || !axes.has_value()) return std::nullopt;
  const int64_t rank = static_cast<int64_t>(value->shape.size());
  for (int64_t& axis : *axes) {
    if (!NormalizeAxis(rank, &axis)) return std::nullopt;
  }
  std::vector<int64_t> shape;
  for (int64_t i = 0; i < rank; ++i) {
    bool dropped = given ? std::count(axes->begin(), axes->end(), i) > 0
                         : value->shape[i] == 1;
    if (!dropped) shape.push_back(value->shape[i]);
  }
  return WithShape(*value, std::move(shape));
}

Result ComputeConcat(const NodeProto& node, const Inputs& inputs) {
  int64_t axis = IntAttribute(node, "axis", 0);
  const KnownValue* first = nullptr;
  // If only the length of one part is known, the elements of the other parts
  // are known all the same, as in a shape whose batch is open.
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].value != nullptr) first = inputs[i].value;
  }
  if (first == nullptr || first->shape.empty()) return std::nullopt;
  const size_t rank = first->shape.size();
  if (!NormalizeAxis(static_cast<int64_t>(rank), &axis)) return std::nullopt;
  KnownValue result{first->dtype, first->shape, {}};
  result.shape[axis] = 0;
  for (const ValueInput& input : inputs) {
    const std::vector<int64_t>* shape = PartShape(input, first->dtype);
    if (shape == nullptr || shape->size() != rank) return std::nullopt;
    for (size_t i = 0; i < rank; ++i) {
      bool fits =
          static_cast<int64_t>(i) == axis || (*shape)[i] == first->shape[i];
      if (!fits) return std::nullopt;
    }
    result.shape[axis] += (*shape)[axis];
    if (!SmallCount(result.shape).has_value()) return std::nullopt;
  }
  const int64_t outer = Product(result.shape, 0, axis);
  for (int64_t row = 0; row < outer; ++row) {
    for (const ValueInput& input : inputs) {
      const int64_t size = Product(*PartShape(input, first->dtype), axis, rank);
      if (input.value == nullptr) {
        result.elements.resize(result.elements.size() + size);
        continue;
      }
      const auto begin = input.value->elements.begin() + row * size;
      result.elements.insert(result.elements.end(), begin, begin + size);
    }
  }
  return result;
}

Result ComputeGather(const NodeProto& node, const Inputs& inputs) {
  const KnownValue* value = ValueAt(inputs, 0);
  const KnownValue* index_value = ValueAt(inputs, 1);
  auto indices = Integers(index_value);
  if (value == nullptr || !indices.has_value()) return std::nullopt;
  int64_t axis = IntAttribute(node, "axis", 0);
  const size_t rank = value->shape.size();
  if (!NormalizeAxis(static_cast<int64_t>(rank), &axis)) return std::nullopt;
  const int64_t outer = Product(value->shape, 0, axis);
  const int64_t dim = value->shape[axis];
  const int64_t inner = Product(value->shape, axis + 1, rank);
  KnownValue result{value->dtype, {}, {}};
  result.shape.assign(value->shape.begin(), value->shape.begin() + axis);
  result.shape.insert(result.shape.end(), index_value->shape.begin(),
                      index_value->shape.end());
  result.shape.insert(result.shape.end(), value->shape.begin() + axis + 1,
                      value->shape.end());
  if (!SmallCount(result.shape).has_value()) return std::nullopt;
  for (int64_t row = 0; row < outer; ++row) {
    for (int64_t index : *indices) {
      if (!NormalizeAxis(dim, &index)) return std::nullopt;
      auto start = value->elements.begin() + (row * dim + index) * inner;
      result.elements.insert(result.elements.end(), start, start + inner);
    }
  }
  return result;
}

Result ComputeSlice(const NodeProto& node, const Inputs& inputs) {
  const KnownValue* value = ValueAt(inputs, 0);
  bool has_starts = false;
  bool has_ends = false;
  bool has_axes = false;
  bool has_steps = false;
  auto starts = InputOrAttribute(node, inputs, 1, "starts", &has_starts);
  auto ends = InputOrAttribute(node, inputs, 2, "ends", &has_ends);
  auto axes = InputOrAttribute(node, inputs, 3, "axes", &has_axes);
  auto steps = InputOrAttribute(node, inputs, 4, "steps", &has_steps);
  if (value == nullptr || !has_starts || !has_ends || !starts || !ends ||
      !axes || !steps || starts->size() != ends->size()) {
    return std::nullopt;
  }
  if (!has_axes) {
    axes->resize(starts->size());
    std::iota(axes->begin(), axes->end(), 0);
  }
  if (!has_steps) steps->assign(starts->size(), 1);
  if (axes->size() != starts->size() || steps->size() != starts->size() ||
      axes->size() > value->shape.size()) {
    return std::nullopt;
  }
  Result result = *value;
  for (size_t i = 0; i < starts->size() && result.has_value(); ++i) {
    int64_t axis = (*axes)[i];
    if (!NormalizeAxis(static_cast<int64_t>(value->shape.size()), &axis)) {
      return std::nullopt;
    }
    auto range =
        MakeSlice(result->shape[axis], (*starts)[i], (*ends)[i], (*steps)[i]);
    if (!range.has_value()) return std::nullopt;
    result = SliceAxis(*result, axis, *range);
  }
  return result;
}

Result ComputeExpand(const NodeProto&, const Inputs& inputs) {
  const KnownValue* value = ValueAt(inputs, 0);
  auto shape = Integers(ValueAt(inputs, 1));
  if (value == nullptr || !shape.has_value() || value->elements.size() != 1) {
    return std::nullopt;
  }
  auto count = SmallCount(*shape);
  if (!count.has_value() || shape->size() < value->shape.size()) {
    return std::nullopt;
  }
  return KnownValue{value->dtype, *shape,
                    std::vector<KnownElement>(static_cast<size_t>(*count),
                                              value->elements[0])};
}

// Transposes a matrix with one row or one column, which only changes its shape.
Result ComputeTranspose(const NodeProto& node, const Inputs& inputs) {
  const KnownValue* value = ValueAt(inputs, 0);
  if (value == nullptr || value->shape.size() > 2) return std::nullopt;
  if (value->shape.size() < 2) return *value;
  const AttributeProto* perm = FindAttribute(node, "perm");
  if (perm != nullptr && perm->ints_size() == 2 && perm->ints(0) == 0) {
    return *value;
  }
  if (value->shape[0] != 1 && value->shape[1] != 1) return std::nullopt;
  return WithShape(*value, {value->shape[1], value->shape[0]});
}

}  // namespace dnncut
