// SPDX-License-Identifier: Apache-2.0
//
// Rules for operators whose results have sizes that only the data decides: how
// large they get.
//
// A rule computes with ranges: of each dim of the inputs (one number when it is
// known, 0 to its bound when only that is, 0 to INT64_MAX else), and of the
// elements of those inputs that say what shape the result has. Wherever the
// operator's own definition computes a dim from such numbers, the rule computes
// the range of all that can come out, so the bound holds for any data for which
// the operator is defined. It may be too large, never too small. What the rule
// does not understand stays unbounded. Here are operators that choose from
// their inputs or join them; upper_shape_rules.cc has those to which values say
// a shape.
#include "frontends/shapes/upper_rules.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <utility>

#include "frontends/shapes/operator_rules.h"
#include "frontends/shapes/rule_ranges.h"
#include "frontends/values/compute_values.h"

namespace dnncut {

std::optional<Ranges> BoundBroadcast(const NodeRun& run, size_t) {
  std::vector<Ranges> shapes;
  for (size_t i = 0; i < run.inputs.size(); ++i) {
    auto dims = InputDims(run, i);
    if (!dims.has_value()) return std::nullopt;
    shapes.push_back(std::move(*dims));
  }
  if (shapes.empty()) return std::nullopt;
  return Broadcast(shapes);
}

// All inputs have the same dims but along the axis.
std::optional<Ranges> BoundConcat(const NodeRun& run, size_t) {
  auto result = InputDims(run, 0);
  if (!result.has_value()) return std::nullopt;
  const auto axis = AxisOf(run, run.opset < 4 ? 1 : 0, result->size());
  if (!axis.has_value()) return std::nullopt;
  for (size_t i = 1; i < run.inputs.size(); ++i) {
    const auto dims = InputDims(run, i);
    if (!dims.has_value() || dims->size() != result->size()) {
      return std::nullopt;
    }
    for (size_t d = 0; d < dims->size(); ++d) {
      Range& dim = (*result)[d];
      if (d == *axis) {
        dim = Sum(dim, (*dims)[d]);
      } else {
        dim = {std::max(dim.least, (*dims)[d].least),
               std::min(dim.most, (*dims)[d].most)};
      }
    }
  }
  return result;
}

// One column for each element that is not 0.
std::optional<Ranges> BoundNonZero(const NodeRun& run, size_t) {
  const auto dims = InputDims(run, 0);
  if (!dims.has_value()) return std::nullopt;
  // Of a scalar there is one index, as if it were of one element.
  return Ranges{Exactly(std::max<int64_t>(1, std::ssize(*dims))),
                UpTo(InputElements(run, 0))};
}

// Each class of each batch keeps some boxes, at most as many as are allowed.
std::optional<Ranges> BoundNonMaxSuppression(const NodeRun& run, size_t) {
  const auto scores = InputDims(run, 1);  // batches, classes, boxes
  if (!scores.has_value() || scores->size() != 3) return std::nullopt;
  Range kept = (*scores)[2];
  if (!HasInput(run, 2)) {
    kept = Exactly(0);
  } else if (const auto limit = OneValue(run, 2)) {
    kept = SmallerOf(kept, SizeIn(*limit));
  }
  return Ranges{UpTo(Product({(*scores)[0], (*scores)[1], kept})), Exactly(3)};
}

// Those of the elements, or of the rows along an axis, for which the condition
// holds.
std::optional<Ranges> BoundCompress(const NodeRun& run, size_t) {
  auto dims = InputDims(run, 0);
  if (!dims.has_value()) return std::nullopt;
  const Range chosen = InputElements(run, 1);
  if (FindAttribute(*run.node, "axis") == nullptr) {
    return Ranges{UpTo(SmallerOf(InputElements(run, 0), chosen))};
  }
  const auto axis = AxisOf(run, 0, dims->size());
  if (!axis.has_value()) return std::nullopt;
  (*dims)[*axis] = UpTo(SmallerOf((*dims)[*axis], chosen));
  return dims;
}

// The first output has the elements, or rows along an axis; the second and the
// fourth have one element for each, and the third one for each of the input.
std::optional<Ranges> BoundUnique(const NodeRun& run, size_t output) {
  auto dims = InputDims(run, 0);
  if (!dims.has_value()) return std::nullopt;
  Range count = InputElements(run, 0);
  const bool whole = FindAttribute(*run.node, "axis") == nullptr;
  const auto axis = AxisOf(run, 0, dims->size());
  if (!whole && !axis.has_value()) return std::nullopt;
  if (!whole) count = (*dims)[*axis];
  if (output == 2) return Ranges{count};
  if (output != 0 || whole) return Ranges{UpTo(count)};
  (*dims)[*axis] = UpTo(count);
  return dims;
}

std::optional<Ranges> BoundTopK(const NodeRun& run, size_t) {
  auto dims = InputDims(run, 0);
  if (!dims.has_value()) return std::nullopt;
  const auto axis = AxisOf(run, -1, dims->size());
  if (!axis.has_value()) return std::nullopt;
  Range count = kAnySize;
  if (const auto given = OneValue(run, 1)) count = SizeIn(*given);
  Range& dim = (*dims)[*axis];
  dim = count.IsOne() ? count : UpTo(SmallerOf(dim, count));
  return dims;
}

namespace {

// How many elements of a dim stand from `start` to before `end`, in steps of
// one or more. An end that counts from the back moves with the dim.
Range SlicedForward(const Range& dim, const Range& start, const Range& end) {
  const bool from_front = start.least >= 0;
  const bool from_back = start.most < 0;
  const bool to_front = end.least >= 0;
  const bool to_back = end.most < 0;
  Range count = dim;
  if ((from_front && to_front) || (from_back && to_back)) {
    count = SmallerOf(count, SubtractRanges(end, start));
  }
  if (from_back) count = SmallerOf(count, SubtractRanges(Exactly(0), start));
  if (to_front) count = SmallerOf(count, end);
  if (from_front) count = SmallerOf(count, SubtractRanges(dim, start));
  if (to_back) count = SmallerOf(count, AddRanges(dim, end));
  if (from_front && to_back) {
    count = SmallerOf(count, AddRanges(SubtractRanges(dim, start), end));
  }
  return UpTo(BinaryRange("Max", Exactly(0), count));
}

Range SlicedDim(const Range& dim, const Range& start, const Range& end,
                const Range& step) {
  const bool forward = step.least > 0;
  const Range count = forward ? SlicedForward(dim, start, end) : UpTo(dim);
  if (!step.IsOne() || step.least == 0 || step.least == INT64_MIN ||
      count.most == INT64_MAX) {
    return count;
  }
  const int64_t stride = forward ? step.least : -step.least;
  return {0, count.most / stride + (count.most % stride != 0 ? 1 : 0)};
}

}  // namespace

std::optional<Ranges> BoundSlice(const NodeRun& run, size_t) {
  auto dims = InputDims(run, 0);
  if (!dims.has_value()) return std::nullopt;
  const auto starts = ValuesOf(run, 1, "starts");
  const auto ends = ValuesOf(run, 2, "ends");
  auto axes = NumbersOf(run, 3, "axes");
  auto steps = ValuesOf(run, 4, "steps");
  if (starts.has_value() && !axes.has_value() && !HasInput(run, 3)) {
    axes.emplace(starts->size());
    std::iota(axes->begin(), axes->end(), int64_t{0});
  }
  if (axes.has_value() && !steps.has_value() && !HasInput(run, 4)) {
    steps.emplace(axes->size(), Exactly(1));
  }
  const bool known =
      axes.has_value() && starts.has_value() && ends.has_value() &&
      steps.has_value() && starts->size() == axes->size() &&
      ends->size() == axes->size() && steps->size() == axes->size();
  if (!known) {
    std::transform(dims->begin(), dims->end(), dims->begin(), UpTo);
    return dims;
  }
  for (size_t i = 0; i < axes->size(); ++i) {
    const auto axis = NormalAxis((*axes)[i], dims->size());
    if (!axis.has_value()) return std::nullopt;
    Range& dim = (*dims)[*axis];
    dim = SlicedDim(dim, (*starts)[i], (*ends)[i], (*steps)[i]);
  }
  return dims;
}

// What `sizes` say, or equal parts but for the last.
std::optional<Ranges> BoundSplit(const NodeRun& run, size_t output) {
  auto dims = InputDims(run, 0);
  if (!dims.has_value()) return std::nullopt;
  const auto axis = AxisOf(run, 0, dims->size());
  if (!axis.has_value()) return std::nullopt;
  Range& dim = (*dims)[*axis];
  const auto sizes = ValuesOf(run, 1, "split");
  const bool given =
      HasInput(run, 1) || FindAttribute(*run.node, "split") != nullptr;
  if (sizes.has_value() && output < sizes->size()) {
    const Range size = SizeIn((*sizes)[output]);
    dim = size.IsOne() ? size : UpTo(SmallerOf(dim, size));
  } else if (given || dim.most == INT64_MAX) {
    dim = UpTo(dim);
  } else {
    const int64_t count = std::ssize(run.outputs);
    dim = {0, dim.most / count + (dim.most % count != 0 ? 1 : 0)};
  }
  return dims;
}

// The axes that go have the size 1, whatever is known of them. Without axes,
// the rank depends on which dims are 1.
std::optional<Ranges> BoundSqueeze(const NodeRun& run, size_t) {
  const auto dims = InputDims(run, 0);
  const auto axes = NumbersOf(run, 1, "axes");
  if (!dims.has_value() || !axes.has_value()) return std::nullopt;
  std::vector<bool> dropped(dims->size());
  for (const int64_t number : *axes) {
    const auto axis = NormalAxis(number, dims->size());
    if (!axis.has_value()) return std::nullopt;
    dropped[*axis] = true;
  }
  Ranges rest;
  for (size_t i = 0; i < dims->size(); ++i) {
    if (!dropped[i]) rest.push_back((*dims)[i]);
  }
  return rest;
}

// Past and present together are no longer than both.
std::optional<Ranges> BoundGroupQueryAttention(const NodeRun& run,
                                               size_t output) {
  const auto query = InputDims(run, 0);
  auto present = DimRanges(run.outputs[output]);
  if (output == 0 || !query.has_value() || !present.has_value()) return present;
  Range length = (*query)[1];
  if (HasInput(run, 3)) {
    const auto past = InputDims(run, 3);
    if (!past.has_value() || past->size() != 4) return present;
    length = Sum(length, (*past)[2]);
  }
  (*present)[2] = UpTo(length);
  return present;
}

// The last dim of the indices says how many dims of the data they go through,
// behind the batch dims that both have.
std::optional<Ranges> BoundGatherNd(const NodeRun& run, size_t) {
  const auto data = InputDims(run, 0);
  const auto indices = InputDims(run, 1);
  if (!data.has_value() || !indices.has_value() || indices->empty() ||
      !indices->back().IsOne()) {
    return std::nullopt;
  }
  const int64_t batches = IntAttribute(*run.node, "batch_dims", 0);
  const int64_t rank = std::ssize(*data);
  const int64_t length = indices->back().least;
  if (batches < 0 || batches > rank || length < 1 || length > rank - batches) {
    return std::nullopt;
  }
  Ranges result(indices->begin(), indices->end() - 1);
  result.insert(result.end(), data->begin() + batches + length, data->end());
  return result;
}

}  // namespace dnncut
