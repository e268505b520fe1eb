// SPDX-License-Identifier: Apache-2.0
//
// What the rules of upper_rules.h compute with: ranges of dims and of the
// elements of small integer inputs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "frontends/shapes/type_engine.h"

namespace dnncut {

using Ranges = std::vector<Range>;

inline constexpr Range kAnySize = {0, INT64_MAX};

constexpr Range Exactly(int64_t number) { return {number, number}; }

// As a size: never negative. No size is right that can only be negative.
Range SizeIn(const Range& range);

Range SmallerOf(const Range& a, const Range& b);

// Up to the larger end; the data may also make it nothing.
constexpr Range UpTo(const Range& range) { return {0, range.most}; }

// The dims of a tensor, from least to most; nullopt when its rank is not known.
std::optional<Ranges> DimRanges(const Fact& fact);

// nullopt without such an input.
std::optional<Ranges> InputDims(const NodeRun& run, size_t input);

// How many elements an input has; any number when that is not known.
Range InputElements(const NodeRun& run, size_t input);

// The elements of an integer input, one after the other. Of a list of which
// nothing but the length is known, any.
std::optional<Ranges> InputValues(const NodeRun& run, size_t input);

// Of an input, or where older opsets have an attribute of that name, of it;
// nullopt when neither is there or the input is not known.
std::optional<Ranges> ValuesOf(const NodeRun& run, size_t input,
                               std::string_view attribute);

// The same where each element is known.
std::optional<std::vector<int64_t>> NumbersOf(const NodeRun& run, size_t input,
                                              std::string_view attribute);

// Of an input of one element.
std::optional<Range> OneValue(const NodeRun& run, size_t input);

// Counted from 0; nullopt when there is no such axis.
std::optional<size_t> NormalAxis(int64_t axis, size_t rank);

// The axis that an attribute names.
std::optional<size_t> AxisOf(const NodeRun& run, int64_t otherwise,
                             size_t rank);

Range Product(const Ranges& factors);

Range Sum(const Range& a, const Range& b);

// The shape to which shapes of such sizes are broadcast.
Ranges Broadcast(const std::vector<Ranges>& shapes);

}  // namespace dnncut
