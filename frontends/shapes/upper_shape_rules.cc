// SPDX-License-Identifier: Apache-2.0
//
// Rules of upper_rules.h for operators to which an input says what shape their
// result has, or by how much a dim grows: they compute with the ranges of its
// elements.
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "frontends/shapes/operator_rules.h"
#include "frontends/shapes/rule_ranges.h"
#include "frontends/shapes/upper_rules.h"
#include "frontends/values/compute_values.h"

namespace dnncut {

std::optional<Ranges> BoundExpand(const NodeRun& run, size_t) {
  const auto dims = InputDims(run, 0);
  const auto to = InputValues(run, 1);
  if (!dims.has_value() || !to.has_value()) return std::nullopt;
  Ranges shape;
  for (const Range& dim : *to) shape.push_back(SizeIn(dim));
  return Broadcast({*dims, shape});
}

namespace {

// A size of 0 means that of the input at the same place.
Range OrCopied(const Range& size, const std::optional<Ranges>& dims,
               size_t axis) {
  if (size.least > 0) return size;
  if (!dims.has_value()) return kAnySize;
  if (axis >= dims->size()) return size;
  return size == Exactly(0) ? (*dims)[axis] : EitherRange(size, (*dims)[axis]);
}

}  // namespace

// A dim that is computed as what the others leave, or of which nothing is
// known, gets no larger than all elements divided by the least of the others.
// (Where one of the others is 0, there are no elements, and the model must not
// compute a dim.) Two such dims would each get their product, so none of them
// is bounded then; what all of them have together, is (element_bounds.cc).
std::optional<Ranges> BoundReshape(const NodeRun& run, size_t) {
  const auto dims = InputDims(run, 0);
  const auto to = ValuesOf(run, 1, "shape");
  if (!to.has_value()) return std::nullopt;
  const bool copies = IntAttribute(*run.node, "allowzero", 0) == 0;
  Ranges result;
  std::optional<size_t> open;
  Range others = Exactly(1);
  bool one_open = true;
  for (size_t i = 0; i < to->size(); ++i) {
    const Range& size = (*to)[i];
    if (size.least < 0) {
      one_open = !open.has_value();
      open = i;
      result.push_back(kAnySize);
      continue;
    }
    result.push_back(copies ? OrCopied(size, dims, i) : size);
    const int64_t least = std::max<int64_t>(result.back().least, 1);
    others = MultiplyRanges(others, Exactly(least));
  }
  if (!open.has_value() || !one_open) return result;
  const Range elements = InputElements(run, 0);
  if (elements.most == INT64_MAX || others.least < 1) return result;
  Range& computed = result[*open];
  computed.most = elements.most / others.least;
  const bool exact =
      elements.IsOne() && elements.least > 0 &&
      std::all_of(result.begin(), result.end(), [&](const Range& dim) {
        return dim.IsOne() || &dim == &computed;
      });
  if (exact) computed.least = computed.most;
  return result;
}

// `sizes` say it, of all axes or of some. With an aspect ratio to keep, they
// are what is not exceeded, or what is reached at least.
std::optional<Ranges> BoundResize(const NodeRun& run, size_t) {
  auto dims = InputDims(run, 0);
  const auto sizes = ValuesOf(run, 3, "sizes");
  if (!dims.has_value() || !sizes.has_value()) return std::nullopt;
  auto axes = NumbersOf(run, run.inputs.size(), "axes");
  if (!axes.has_value()) {
    axes.emplace(dims->size());
    std::iota(axes->begin(), axes->end(), int64_t{0});
  }
  if (axes->size() != sizes->size()) return std::nullopt;
  const auto* policy = FindAttribute(*run.node, "keep_aspect_ratio_policy");
  const bool stretch = policy == nullptr || policy->s() == "stretch";
  const bool not_larger = policy != nullptr && policy->s() == "not_larger";
  for (size_t i = 0; i < axes->size(); ++i) {
    const auto axis = NormalAxis((*axes)[i], dims->size());
    if (!axis.has_value()) return std::nullopt;
    const Range size = SizeIn((*sizes)[i]);
    (*dims)[*axis] = stretch ? size : not_larger ? UpTo(size) : kAnySize;
  }
  return dims;
}

std::optional<Ranges> BoundPad(const NodeRun& run, size_t) {
  auto dims = InputDims(run, 0);
  const auto pads = ValuesOf(run, 1, "pads");
  auto axes = NumbersOf(run, 3, "axes");
  if (!dims.has_value() || !pads.has_value()) return std::nullopt;
  if (!axes.has_value() && !HasInput(run, 3)) {
    axes.emplace(dims->size());
    std::iota(axes->begin(), axes->end(), int64_t{0});
  }
  if (!axes.has_value() || pads->size() != 2 * axes->size()) {
    return std::nullopt;
  }
  for (size_t i = 0; i < axes->size(); ++i) {
    const auto axis = NormalAxis((*axes)[i], dims->size());
    if (!axis.has_value()) return std::nullopt;
    Range& dim = (*dims)[*axis];
    const Range padded = AddRanges((*pads)[i], (*pads)[i + axes->size()]);
    dim = SizeIn(AddRanges(dim, padded));
  }
  return dims;
}

std::optional<Ranges> BoundTile(const NodeRun& run, size_t) {
  auto dims = InputDims(run, 0);
  const auto repeats = InputValues(run, 1);
  if (!dims.has_value() || !repeats.has_value() ||
      repeats->size() != dims->size()) {
    return std::nullopt;
  }
  for (size_t i = 0; i < dims->size(); ++i) {
    (*dims)[i] = MultiplyRanges((*dims)[i], SizeIn((*repeats)[i]));
  }
  return dims;
}

std::optional<Ranges> BoundOneHot(const NodeRun& run, size_t) {
  auto dims = InputDims(run, 0);
  if (!dims.has_value()) return std::nullopt;
  const auto axis = AxisOf(run, -1, dims->size() + 1);
  if (!axis.has_value()) return std::nullopt;
  const Range depth = OneValue(run, 1).value_or(kAnySize);
  dims->insert(dims->begin() + static_cast<std::ptrdiff_t>(*axis),
               SizeIn(depth));
  return dims;
}

std::optional<Ranges> BoundShapedAs(const NodeRun& run, size_t) {
  auto shape = InputValues(run, 0);
  if (!shape.has_value()) return std::nullopt;
  std::transform(shape->begin(), shape->end(), shape->begin(), SizeIn);
  return shape;
}

// ceil((limit - start) / step), at least 0.
std::optional<Ranges> BoundRange(const NodeRun& run, size_t) {
  const auto start = OneValue(run, 0);
  const auto limit = OneValue(run, 1);
  const auto step = OneValue(run, 2);
  if (!start.has_value() || !limit.has_value() || !step.has_value()) {
    return Ranges{kAnySize};
  }
  Range gap = kAnySize;
  int64_t stride = 1;
  if (step->least > 0) {
    gap = BinaryRange("Max", Exactly(0), SubtractRanges(*limit, *start));
    stride = step->least;
  } else if (step->most < 0 && step->most > INT64_MIN) {
    gap = BinaryRange("Max", Exactly(0), SubtractRanges(*start, *limit));
    stride = -step->most;
  }
  if (gap.most == INT64_MAX) return Ranges{kAnySize};
  return Ranges{{0, gap.most / stride + (gap.most % stride != 0 ? 1 : 0)}};
}

}  // namespace dnncut
